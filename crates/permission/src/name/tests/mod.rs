//! Tests of names and patterns: each rule by example, and the algorithms against simple ones.

mod agreement;
mod rules;
