//! Builds the playground, the page at `/`, into the server.
//!
//! With npm on the PATH its packages are bundled, so that the page needs no internet. Without npm, or when npm fails,
//! the page loads the same versions from a CDN with integrity hashes, says so, and so does a warning of this build.
//!
//! `STACKMOTIVE_PLAYGROUND=bundled` turns that warning into a failure; `STACKMOTIVE_PLAYGROUND=cdn` leaves npm alone.
#![allow(clippy::disallowed_methods, reason = "cargo tells a build script by the environment where to work")]

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What the page is made of. Nothing else makes cargo run this again, npm's own folder least of all.
const SOURCES: [&str; 7] = [".npmrc", "package.json", "package-lock.json", "bundle.mjs", "cdn.mjs", "src", "examples"];

const OWN_LIBRARIES: &str = "<link rel=\"stylesheet\" href=\"{{assets}}/libraries.css\">\n  \
    <link rel=\"license\" href=\"{{assets}}/licenses.txt\">";

const NOTICE: &str = "<p class=\"notice\" role=\"note\">This server was built without npm: \
    the editor comes from cdn.jsdelivr.net, so this page needs the internet.</p>";

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=STACKMOTIVE_PLAYGROUND");
    for source in SOURCES {
        println!("cargo::rerun-if-changed=playground/{source}");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo gave no OUT_DIR")?).join("playground");
    let (project, dist) = (out.join("project"), out.join("dist"));
    remove(&dist)?;
    fs::create_dir_all(&dist)?;
    copy_sources(&project)?;

    let bundled = match env::var("STACKMOTIVE_PLAYGROUND").as_deref() {
        Err(_) | Ok("") => bundle_if_possible(&project, &dist),
        Ok("bundled") => bundle(&project, &dist).map(|()| true)?,
        Ok("cdn") => false,
        Ok(other) => return Err(format!("STACKMOTIVE_PLAYGROUND is {other}, but can only be bundled or cdn").into()),
    };
    if !bundled {
        lay_out_for_cdn(&project, &dist)?;
    }
    describe(&project.join("src"), &dist, &out, bundled)
}

fn bundle_if_possible(project: &Path, dist: &Path) -> bool {
    let Err(reason) = bundle(project, dist) else { return true };
    println!(
        "cargo::warning=The playground will load its editor from a CDN, because {reason}. \
         Once npm works: touch build.rs, and build again."
    );
    false
}

/// Installs the pinned packages beside a copy of the sources and bundles them into `dist`.
fn bundle(project: &Path, dist: &Path) -> Result<()> {
    let lock = fs::read(project.join("package-lock.json"))?;
    let installed = project.join("node_modules/.installed");
    if fs::read(&installed).ok().as_ref() != Some(&lock) {
        // No package's install script is needed, so none is run. One retry: a machine without internet should not wait.
        let flags = ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--fetch-retries=1"];
        run(Command::new("npm").args(flags).current_dir(project))?;
        fs::write(&installed, &lock)?;
    }
    run(Command::new("node").arg("bundle.mjs").arg(dist).current_dir(project))
}

fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{program} can't be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let reason = said.lines().find(|line| line.contains("rror")).unwrap_or("it gave no reason").trim();
    Err(format!("{program} failed: {reason}").into())
}

/// Without a bundler the browser loads the page's own files one by one, and the packages from the CDN's scripts.
fn lay_out_for_cdn(project: &Path, dist: &Path) -> Result<()> {
    remove(dist)?;
    fs::create_dir_all(dist)?;
    for file in files(&project.join("src"))? {
        let name = match file_name(&file)?.as_str() {
            "libraries.js" | "libraries.css" | "libraries-cdn.html" | "index.html" => continue,
            "libraries-cdn.js" => "libraries.js".to_owned(),
            own => own.to_owned(),
        };
        fs::copy(&file, dist.join(name))?;
    }
    Ok(())
}

/// Writes the page and `assets.rs`, which src/http/playground.rs includes.
fn describe(sources: &Path, dist: &Path, out: &Path, bundled: bool) -> Result<()> {
    let files = files(dist)?;
    let version = fingerprint(&files)?;
    let cdn = fs::read_to_string(sources.join("libraries-cdn.html"))?;
    let (libraries, notice) = if bundled { (OWN_LIBRARIES, "") } else { (cdn.as_str(), NOTICE) };
    let page = fs::read_to_string(sources.join("index.html"))?
        .replace("{{libraries}}", libraries.trim())
        .replace("{{notice}}", notice)
        .replace("{{assets}}", &format!("playground/{version}"));
    fs::write(out.join("index.html"), page)?;

    let loaded = |tag| if bundled { String::new() } else { addresses(&cdn, tag) };
    let mut code = String::new();
    writeln!(code, "const PAGE: &str = include_str!({:?});", out.join("index.html"))?;
    writeln!(code, "const VERSION: &str = {version:?};")?;
    writeln!(code, "const CDN_SCRIPTS: &str = {:?};", loaded("<script"))?;
    writeln!(code, "const CDN_STYLES: &str = {:?};", loaded("<link"))?;
    writeln!(code, "const ASSETS: &[Asset] = &[")?;
    for file in &files {
        let (name, media_type) = (file_name(file)?, media_type(file)?);
        writeln!(code, "    Asset {{ name: {name:?}, media_type: {media_type:?}, bytes: include_bytes!({file:?}) }},")?;
    }
    writeln!(code, "];")?;
    Ok(fs::write(out.join("assets.rs"), code)?)
}

/// What the tags of this kind load, each behind a space, for the page's Content-Security-Policy.
fn addresses(tags: &str, kind: &str) -> String {
    let lines = tags.lines().filter(|line| line.starts_with(kind));
    let found: Vec<_> = lines.filter_map(|line| line.split('"').find(|part| part.starts_with("https://"))).collect();
    found.iter().map(|address| format!(" {address}")).collect()
}

fn media_type(file: &Path) -> Result<&'static str> {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("js") => Ok("text/javascript; charset=utf-8"),
        Some("css") => Ok("text/css; charset=utf-8"),
        Some("svg") => Ok("image/svg+xml"),
        Some("txt") => Ok("text/plain; charset=utf-8"),
        _ => Err(format!("{} has no media type here yet", file.display()).into()),
    }
}

/// Names the files' content (FNV-1a), so that browsers may keep them for good.
fn fingerprint(files: &[PathBuf]) -> Result<String> {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for file in files {
        for byte in file_name(file)?.bytes().chain(fs::read(file)?) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    Ok(format!("{hash:016x}"))
}

/// Copies the project into cargo's folder, so that building leaves the source tree as it is.
fn copy_sources(project: &Path) -> Result<()> {
    fs::create_dir_all(project)?;
    for source in SOURCES.into_iter().filter(|source| *source != "examples") {
        let (from, to) = (Path::new("playground").join(source), project.join(source));
        if from.is_dir() {
            remove(&to)?;
            fs::create_dir_all(&to)?;
            for file in files(&from)? {
                fs::copy(&file, to.join(file_name(&file)?))?;
            }
        } else {
            fs::copy(from, to)?;
        }
    }
    Ok(fs::write(project.join("src/examples.js"), examples(Path::new("playground/examples"))?)?)
}

/// The example queries as a module: `{ group, name, title, about, query }`, in the order of their file names.
fn examples(folder: &Path) -> Result<String> {
    let mut module = "// Made by build.rs from examples/.\nexport const EXAMPLES = [\n".to_owned();
    for group in files(folder)? {
        for file in files(&group)? {
            let query = fs::read_to_string(&file)?;
            let mut comment = query.lines().map_while(|line| line.strip_prefix("# "));
            let title = comment.next().ok_or_else(|| format!("{} needs a title: `# Title`", file.display()))?;
            let about = comment.collect::<Vec<_>>().join(" ");
            let (group, name) = (file_name(&group)?, file_name(&file)?);
            module.push_str("  {");
            for (key, value) in
                [("group", &*group), ("name", &*name), ("title", title), ("about", &*about), ("query", &*query)]
            {
                write!(module, " {key}: {},", quoted(value))?;
            }
            module.push_str(" },\n");
        }
    }
    module.push_str("];\n");
    Ok(module)
}

/// A text as JavaScript writes it.
fn quoted(text: &str) -> String {
    let mut literal = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => literal.extend(['\\', character]),
            '\n' => literal.push_str("\\n"),
            control if control.is_control() => literal.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|file| file.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.')));
    files.sort();
    Ok(files)
}

fn file_name(path: &Path) -> Result<String> {
    let name = path.file_name().and_then(|name| name.to_str());
    Ok(name.ok_or_else(|| format!("{} has no plain name", path.display()))?.to_owned())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() { Ok(fs::remove_dir_all(folder)?) } else { Ok(()) }
}
