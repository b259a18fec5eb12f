//! XML in and out: a bounded reader of request bodies and a writer of answers.
//!
//! Both know the form of XML that Juno's libraries read and write (expat under minidom, lxml) and
//! nothing of images or of what an element means.

pub mod reader;
pub mod writer;
