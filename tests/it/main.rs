//! Tests of the whole program, one module per promise.

mod calibration; // verdicts on sweeps whose truth is known
mod crossed; // intervals over instances and validation examples together
mod containers; // weights in shards, wrapped, beside other heads
mod corpus; // the embedded corpus is what its program makes
mod damage; // damage to a file of a store does not affect the rest
mod dashboard; // the real binary in a terminal
mod demo;
mod embedded; // the embedded default trains at every batch size
mod guards; // what each rule of the verdicts guards against
mod formats; // the same pairs are the same task in any format
mod fused; // the fused layer is the composed layer
mod golden; // our numbers against PyTorch's
mod interruption; // killed and stopped runs resume and end with the same bits
mod layers; // imports point down only
mod model; // what must hold of the model whatever its numbers
mod causes;
mod checkpoints; // variants of real checkpoints, and what is refused
mod fetching; // models by name, from a spec to runs
mod heads; // the initial classifier of a run
mod gradient_noise; // the noise scale against the gradients of single examples
mod hub; // files from the hub, complete and verified
mod hugging_face; // exported weights load in transformers
mod realizations; // nothing is trained twice, and additions are trained
mod arbitrary; // no parser panics or over-allocates on any input
mod fuzzing; // the dashboard survives any sequence of keys, events and sizes
mod faults; // full disks, read-only and newer stores, failing runs
mod own_data;
mod parts; // the first layers of a model, and the last ones drawn anew
mod numbers; // a numeric setting is known wherever a key of [train] is
mod logs; // logs of other programs, from their real writers
mod older_runs; // runs of earlier versions can be read
mod pictures; // figures can be redrawn to the byte from their view
mod pretraining; // the same bits for any interruptions and threads; the model can be fine-tuned
mod refusals; // invalid input: exit code 2, a message, and nothing in the store
mod runs; // list, show, diff, remove
mod report; // reports of a store
mod report_from; // reports of logs of other programs
mod screens; // what the screen looks like
mod steering; // pause, cancel, retry, workers: no effect on results
mod statistics; // our statistics against scipy's
mod support; // small models and data to test with
mod sweep; // a sweep from the command line to the store
mod tensorboard; // readable names, one curve per run in spite of interruptions
mod tasks; // every task of GLUE in its own layout, by name and from folders
mod terminal; // the terminal is always restored, and nothing is lost
mod json_lines;
mod latency; // latency of keys while every core trains
mod tokenizers; // tokenizers of BERT models, against transformers
mod updates; // what an update is made of: batches, weights of losses, seeds
mod time_left; // accuracy of the time left
mod upkeep; // version, completions, manual pages, doctor, leftovers
