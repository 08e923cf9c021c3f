/// What would have network ACLs let pass what they stop.
mod amendments;
/// Where a table sends packets to, and what it changes in a VPC.
mod destination;
/// The addresses and ports at which something changes.
mod edges;
/// How a table writes a VPC.
mod notation;
/// The parts of a VPC, as tables and worlds make them.
mod parts;
/// The engine against a packet that walks.
mod properties;
/// Tables of cases that one who knows VPCs can read.
mod tables;
/// One world, what is sent in it, and what the engine says of that.
mod trial;
/// What happens to the packets that were sent.
mod truth;
/// A packet that walks through a VPC, there and back.
mod walk;
/// Small VPCs at random.
mod world;
