//! Figures as a table of Markdown, as they stand in `docs/faults.md`.

pub struct Table {
    title: &'static str,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(title: &'static str, columns: &[&str]) -> Self {
        let dashes = vec![String::from("---"); columns.len()];
        Self { title, rows: vec![columns.iter().map(ToString::to_string).collect(), dashes] }
    }

    pub fn row(&mut self, cells: &[String]) {
        self.rows.push(cells.to_vec());
    }

    pub fn print(&self) {
        println!("\n{}\n", self.title);
        for row in &self.rows {
            println!("| {} |", row.join(" | "));
        }
        println!();
    }
}
