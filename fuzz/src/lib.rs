//! What the fuzz targets ask of.

pub mod cases;
pub mod providers;
