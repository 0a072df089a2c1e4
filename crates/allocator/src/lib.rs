//! How the system's allocator gives memory back.
//!
//! This is the one crate with unsafe code: `mallopt` has no safe wrapper, and what it sets cannot be set otherwise by a program
//! for itself. Another allocator needs none, but takes more memory than is saved here.

/// From so many bytes on, a piece of memory is a mapping of its own, which goes back to the system when it is freed: what
/// glibc begins with.
pub const LARGE: i32 = 128 * 1024;

/// Keeps large pieces of memory mappings of their own for as long as this process runs; to be called before it starts threads.
///
/// glibc takes the first large piece that is freed, such as a request's body, as a sign that more will follow, and takes all up
/// to its size from the heaps of threads from then on (up to 32 MiB; `mallopt(3)`, "dynamic mmap threshold"). There they lie
/// between small pieces that stay, so that each thread's heap grows to the most that it ever held. Setting the threshold turns
/// that off. What the environment says (`MALLOC_MMAP_THRESHOLD_`, `GLIBC_TUNABLES`) is overruled.
///
/// Answers whether the allocator took it: always on glibc, never elsewhere.
pub fn give_back_large_pieces() -> bool {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // SAFETY: two integers are passed by value; glibc takes its own lock.
        unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE) == 1 }
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    false
}
