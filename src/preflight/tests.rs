//! The loop and its promises, on answers from memory and on replayed recordings.

mod absences;
mod careless;
mod endings;
mod members;
mod parts;
mod properties;
mod scenario;
mod stage;
mod sweep;
mod turns;
