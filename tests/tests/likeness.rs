//! How well a picture that comes again is told from another picture of the same counter.
//!
//! One tenth of what `cargo xtask bench likeness` measures. So few pictures can tell 1.00 from 0.95 and not from 0.98: the
//! limits here let one of twenty pass, those of the bench do not.

use mingcha_tests::likeness::measured;
use mingcha_tests::real_photos;

#[test]
fn a_picture_that_comes_again_is_recognised_and_a_counter_with_one_sign_more_is_not() {
    let photos = real_photos("gps").and_then(|gps| gps.parent().map(std::path::Path::to_owned));
    let [_, half] = measured(photos.as_deref(), 8, 3);
    half.print();
    for (kind, least) in
        [("recompressed", 0.95), ("resized", 0.95), ("brightness", 0.95), ("cropped", 0.9), ("mirrored", 0.9)]
    {
        assert!(half.recall(kind) >= least, "{kind}: {}", half.recall(kind));
    }
    assert!(half.precision() >= 0.98, "{}", half.precision());
    // What this test is able to find: with fingerprints alone most other pictures of a place pass for the same.
    assert!(half.precision_of_fingerprints() < 0.9, "{}", half.precision_of_fingerprints());
}
