//! What the allocator does with large pieces of memory. A process of its own, since it is told once for all threads.
#![cfg(all(target_os = "linux", target_env = "gnu"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::hint::black_box;

use casemate_allocator::{LARGE, give_back_large_pieces};

/// The bytes that this process has in memory.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[test]
fn large_pieces_between_small_ones_go_back_when_they_are_freed() {
    assert!(give_back_large_pieces());
    // By the first of them the allocator would learn that large pieces come and go.
    drop(black_box(vec![1_u8; 8 << 20]));
    let before = resident();
    let mut large = Vec::new();
    let mut small = Vec::new();
    for _ in 0..100 {
        large.push(black_box(vec![1_u8; 4 * LARGE as usize]));
        small.push(black_box(vec![1_u8; 64]));
    }
    assert!(resident() > before + 40 * (1 << 20), "they were in memory");
    drop(large);
    let left = resident().saturating_sub(before);
    assert!(left < 8 << 20, "{left} bytes stayed, with {} small pieces", small.len());
}
