//! The text of an answer in pieces, so that a large one is not copied to stand in one.

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// How many bytes an answer has at least, to have room for it.
const ROOM_BYTES: usize = 4_096;
/// From this size on a piece stays by itself; a smaller one is copied for less than it takes to send one more.
const APART_BYTES: usize = 16 * 1024;

/// Text in pieces, and as such the body of a response.
#[derive(Debug)]
pub struct Pieces {
    done: VecDeque<Bytes>,
    /// The end, which is still written.
    open: Vec<u8>,
}

impl Default for Pieces {
    fn default() -> Self {
        Self { done: VecDeque::new(), open: Vec::with_capacity(ROOM_BYTES) }
    }
}

impl Pieces {
    /// Where the text goes on.
    pub fn text(&mut self) -> &mut Vec<u8> {
        &mut self.open
    }

    /// Goes on with text that stands somewhere already.
    pub fn piece(&mut self, bytes: &Bytes) {
        if bytes.len() < APART_BYTES {
            self.open.extend_from_slice(bytes);
            return;
        }
        self.close();
        self.done.push_back(bytes.clone());
    }

    /// All of it in one.
    pub fn joined(self) -> Vec<u8> {
        if self.done.is_empty() {
            return self.open;
        }
        let mut all = Vec::with_capacity(self.len());
        for piece in &self.done {
            all.extend_from_slice(piece);
        }
        all.extend_from_slice(&self.open);
        all
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.done.push_back(std::mem::take(&mut self.open).into());
        }
    }

    fn len(&self) -> usize {
        self.done.iter().map(Bytes::len).sum::<usize>() + self.open.len()
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        this.close();
        Poll::Ready(this.done.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.done.is_empty() && self.open.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text of small and large pieces, and the same in one.
    fn example(sizes: &[usize]) -> (Pieces, Vec<u8>) {
        let (mut pieces, mut whole) = (Pieces::default(), Vec::new());
        for (number, size) in sizes.iter().enumerate() {
            let piece = Bytes::from(vec![b'a' + u8::try_from(number).unwrap(); *size]);
            pieces.text().push(b'-');
            pieces.piece(&piece);
            whole.push(b'-');
            whole.extend_from_slice(&piece);
        }
        (pieces, whole)
    }

    fn sent(mut pieces: Pieces) -> Vec<Bytes> {
        let mut all = Vec::new();
        let mut cx = Context::from_waker(std::task::Waker::noop());
        while let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut pieces).poll_frame(&mut cx) {
            all.push(frame.into_data().unwrap());
            assert_eq!(pieces.is_end_stream(), pieces.len() == 0);
        }
        all
    }

    #[test]
    fn the_pieces_are_the_text() {
        for sizes in
            [&[][..], &[0], &[3, 5], &[APART_BYTES], &[APART_BYTES - 1, 2], &[7, APART_BYTES * 3, APART_BYTES, 9]]
        {
            let (pieces, whole) = example(sizes);
            assert_eq!(pieces.size_hint().exact(), Some(whole.len() as u64));
            assert_eq!(sent(pieces).concat(), whole);
            assert_eq!(example(sizes).0.joined(), whole);
        }
    }

    #[test]
    fn a_large_piece_is_sent_without_a_copy() {
        let large = Bytes::from(vec![b'x'; APART_BYTES]);
        let mut pieces = Pieces::default();
        pieces.text().push(b'[');
        pieces.piece(&large);
        pieces.text().push(b']');
        let sent = sent(pieces);
        assert_eq!(sent.iter().map(Bytes::len).collect::<Vec<_>>(), [1, APART_BYTES, 1]);
        assert_eq!(sent[1].as_ptr(), large.as_ptr());
    }
}
