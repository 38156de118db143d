/** Gives every property its share of the fuzzing time; a property that names numRuns keeps it. */
import fc from 'fast-check';

fc.configureGlobal({
  numRuns: Number.MAX_SAFE_INTEGER,
  interruptAfterTimeLimit: Number(process.env.FUZZ_MILLISECONDS ?? 1000),
  markInterruptAsFailure: false,
});
