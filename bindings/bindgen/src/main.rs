//! Writes Kotlin and Swift from the library that `bindings/ffi` builds; it decides nothing.

fn main() {
    uniffi::uniffi_bindgen_main();
}
