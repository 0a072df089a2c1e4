//! The administration API, through its router, on real databases.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

mod access_review;
mod administrators;
mod authorization;
mod authzen;
mod candidates;
mod deciding_elsewhere;
mod description;
mod every_list;
mod forgotten_sources;
mod hub;
mod impact;
mod keys;
mod linking;
mod lists;
mod mechanics;
mod objects;
mod outside_sources;
mod people;
mod people_back;
mod permission_changes;
mod permissions;
mod policy;
mod recorded_events;
mod resource_search;
mod resources;
mod returning;
mod second_factor;
mod sessions;
mod settings;
mod subject_tokens;
mod support;
mod temporary_credentials;
mod tenants;
mod versions;
mod who_can;
