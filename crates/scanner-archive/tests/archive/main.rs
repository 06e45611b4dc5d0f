//! Archives through the driver: what comes out, under which path, and what is counted.

mod formats;
mod hostile;
mod seen;
mod tar;
mod times;
