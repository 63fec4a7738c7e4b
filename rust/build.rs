// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
// Copyright (C) 2026 The outspawn authors
//! Finds liboutspawn: in the directory OUTSPAWN_LIB_DIR, or by pkg-config. With
//! OUTSPAWN_STATIC=1 the library is linked into the program.
use std::env;
use std::process::{exit, Command};

/// Print the library's directories as pkg-config knows them.
fn ask_pkg_config() {
    let program = env::var("PKG_CONFIG").unwrap_or_else(|_| "pkg-config".into());
    let asked = Command::new(&program)
        .args(["--libs-only-L", "outspawn"])
        .output();
    match asked {
        Ok(output) if output.status.success() => {
            for word in String::from_utf8_lossy(&output.stdout).split_whitespace() {
                if let Some(directory) = word.strip_prefix("-L") {
                    println!("cargo:rustc-link-search=native={directory}");
                }
            }
        }
        _ => {
            eprintln!(
                "{program} does not find liboutspawn: install liboutspawn-dev and pkgconf, or set \
                 OUTSPAWN_LIB_DIR to the directory of liboutspawn.so or liboutspawn.a"
            );
            exit(1);
        }
    }
}

fn main() {
    for name in [
        "OUTSPAWN_LIB_DIR",
        "OUTSPAWN_STATIC",
        "PKG_CONFIG",
        "PKG_CONFIG_PATH",
    ] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    let wanted = env::var_os("OUTSPAWN_STATIC").is_some_and(|word| word == "1");
    match env::var("OUTSPAWN_LIB_DIR") {
        Ok(directory) => {
            println!("cargo:rustc-link-search=native={directory}");
            let kind = if wanted { "a" } else { "so" };
            println!("cargo:rerun-if-changed={directory}/liboutspawn.{kind}");
        }
        Err(_) => ask_pkg_config(),
    }
    let kind = if wanted { "static" } else { "dylib" };
    println!("cargo:rustc-link-lib={kind}=outspawn");
}
