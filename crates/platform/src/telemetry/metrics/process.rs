//! What the operating system says about the process, under the names that Prometheus' own clients use.

use std::fs;

use super::text::{Kind, Text};

/// Adds what can be read; elsewhere than on Linux, that is nothing.
pub(super) fn render(text: &mut Text) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The descriptor that reads the folder is one of those in it.
    let open = fs::read_dir("/proc/self/fd").ok().map(|folder| folder.count().saturating_sub(1) as f64);
    for (name, help, kind, value) in [
        ("process_resident_memory_bytes", "Memory in use.", Kind::Gauge, kibibytes(&status, "VmRSS:")),
        (
            "process_virtual_memory_bytes",
            "Memory that is addressed.",
            Kind::Gauge,
            kibibytes(&status, "VmSize:"),
        ),
        ("process_threads", "Threads.", Kind::Gauge, number(&status, "Threads:")),
        ("process_open_fds", "File descriptors that are open.", Kind::Gauge, open),
        ("process_max_fds", "The most file descriptors.", Kind::Gauge, number(&limits, "Max open files")),
        ("process_cpu_seconds_total", "Processor time.", Kind::Counter, processor_seconds(&stat)),
    ] {
        if let Some(value) = value {
            text.family(name, help, kind);
            text.sample(name, &[], value);
        }
    }
}

/// The first number after a line's name.
fn number(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

fn kibibytes(text: &str, name: &str) -> Option<f64> {
    number(text, name).map(|count| count * 1024.0)
}

/// Time in user and kernel mode: the 14th and 15th fields, the 12th and 13th after the name in parentheses.
fn processor_seconds(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11).map(str::parse::<f64>);
    let (user, kernel) = (fields.next()?.ok()?, fields.next()?.ok()?);
    Some((user + kernel) / rustix::param::clock_ticks_per_second() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_behind_their_names() {
        assert_eq!(kibibytes("Name:\tx\nVmRSS:\t    12 kB\n", "VmRSS:"), Some(12_288.0));
        let limits = "Limit                     Soft Limit           Hard Limit\nMax open files            1024                 4096                 files\n";
        assert_eq!(number(limits, "Max open files"), Some(1024.0));
        assert_eq!(number("", "x"), None);
        let ticks = rustix::param::clock_ticks_per_second() as f64;
        let stat = "1 (a) b) S 0 1 1 0 -1 4194560 1 2 3 4 150 50 0 0 20 0";
        assert_eq!(processor_seconds(stat), Some(200.0 / ticks));
    }
}
