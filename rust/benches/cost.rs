// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors
//! rust-cost [--judge] [MIB] [PAIRS]: what a spawn with a new session costs, with
//! std's Command and pre_exec, and with outspawn's. The caller has MIB MiB resident
//! (2048), once in pages of 4 KiB and once in huge pages. fork(2) copies the page
//! tables, which are 512 times shorter with huge pages. The kernel gives huge pages
//! only to large aligned blocks of memory. Each pair is one spawn with each. Prints
//! for the call alone, and for the time until the child has been waited for:
//!
//!   PAGES WHAT  STD  OUTSPAWN  RATIO
//!
//! with first quartiles in nanoseconds and the median of the pairs' ratios. --judge:
//! status 1 if a ratio of the call is above 0.05.
//!
//! Run it in a guest whose clock counts instructions, one a nanosecond:
//!
//!   OUTSPAWN_PACKAGES=tests/frontends/packages \
//!       tests/vm/run -i -m 3072 -k trixie -- /usr/local/libexec/outspawn/rust-cost --judge
use std::io;
use std::os::unix::process::CommandExt;
use std::process::exit;
use std::time::Instant;

const PROGRAM: &str = "/bin/true";
const WARM_UP: usize = 3;
const LIMIT: f64 = 0.05;

const MADV_HUGEPAGE: i32 = 14;
const MADV_NOHUGEPAGE: i32 = 15;

extern "C" {
    fn setsid() -> i32;
    fn madvise(start: *mut u8, length: usize, advice: i32) -> i32;
}

/// Nanoseconds in the call, and until the child has been waited for.
type Cost = [u64; 2];

fn std_spawn() -> io::Result<Cost> {
    let begin = Instant::now();
    let mut command = std::process::Command::new(PROGRAM);
    // SAFETY: setsid(2) is async-signal-safe.
    unsafe {
        command.pre_exec(|| match setsid() {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        });
    }
    let mut child = command.spawn()?;
    let call = begin.elapsed();
    child.wait()?;
    Ok([call, begin.elapsed()].map(|time| time.as_nanos() as u64))
}

fn outspawn_spawn() -> io::Result<Cost> {
    let begin = Instant::now();
    let mut child = outspawn::Command::new(PROGRAM).setsid(true).spawn()?;
    let call = begin.elapsed();
    child.wait()?;
    assert!(child.by_module());
    Ok([call, begin.elapsed()].map(|time| time.as_nanos() as u64))
}

fn quartile(mut numbers: Vec<u64>) -> u64 {
    numbers.sort_unstable();
    numbers[numbers.len() / 4]
}

fn median(mut ratios: Vec<f64>) -> f64 {
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

/// Memory that is resident, in the pages that the advice of madvise(2) asks for.
fn resident(mib: usize, advice: i32) -> io::Result<Vec<u8>> {
    const PAGE: usize = 4096;
    let mut memory = Vec::<u8>::with_capacity(mib << 20);
    let start = memory.as_mut_ptr();
    let skipped = start.align_offset(PAGE);
    // SAFETY: the range is inside the Vec's own memory, and the advice changes no byte.
    if unsafe { madvise(start.add(skipped), (mib << 20) - PAGE, advice) } != 0 {
        return Err(io::Error::last_os_error());
    }
    memory.resize(mib << 20, 1);
    Ok(memory)
}

/// Print the costs of a caller. Return the ratio of the call.
fn measure(pages: &str, pairs: usize) -> io::Result<f64> {
    let mut costs = Vec::new();
    for number in 0..WARM_UP + pairs {
        let pair = (std_spawn()?, outspawn_spawn()?);
        if number >= WARM_UP {
            costs.push(pair);
        }
    }
    let ratios = ["call", "total"].map(|what| {
        let index = usize::from(what == "total");
        let std: Vec<_> = costs.iter().map(|(std, _)| std[index]).collect();
        let ours: Vec<_> = costs.iter().map(|(_, ours)| ours[index]).collect();
        let pairs = std.iter().zip(&ours);
        let ratio = median(pairs.map(|(&a, &b)| b as f64 / a as f64).collect());
        println!(
            "{pages:5} {what:6} {:12} {:12} {ratio:.4}",
            quartile(std),
            quartile(ours)
        );
        ratio
    });
    Ok(ratios[0])
}

fn main() -> io::Result<()> {
    let words: Vec<_> = std::env::args().skip(1).collect();
    let judge = words.iter().any(|word| word == "--judge");
    let mut numbers = words.iter().filter_map(|word| word.parse().ok());
    let (mib, pairs) = (numbers.next().unwrap_or(2048), numbers.next().unwrap_or(31));

    if let Err(why) = outspawn::available() {
        eprintln!("rust-cost: {why}");
        exit(1);
    }
    println!("caller: {mib} MiB, {pairs} pairs");
    let mut above = false;
    for (pages, advice) in [("4 KiB", MADV_NOHUGEPAGE), ("huge", MADV_HUGEPAGE)] {
        let memory = resident(mib, advice)?;
        let ratio = measure(pages, pairs)?;
        above |= ratio > LIMIT;
        std::hint::black_box(&memory);
    }
    exit(i32::from(judge && above));
}
