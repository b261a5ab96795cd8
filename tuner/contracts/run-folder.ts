/** Names of the files in a run folder, `runs/<time>-<target>/`. */
export const runFiles = {
  run: 'run.json',
  load: 'load.ndjson',
  loadPlan: 'load-plan.json',
  /** The scenarios in one file, as k6 ran them. */
  k6Script: 'k6-script.js',
  generator: 'generator.ndjson',
  /** Only where the load came from a cluster. */
  runners: 'runners.json',
  cluster: 'cluster.ndjson',
  events: 'events.ndjson',
  validity: 'validity.json',
  evidence: 'evidence.json',
  advice: 'advice.json',
  verdict: 'verdict.json',
  overlay: 'overlay',
  report: 'report.html',
  junit: 'junit.xml',
  /** k6's own log, kept for the case that it ends badly. */
  k6Log: 'k6.log',
} as const;
