import type { ClusterSample } from '../contracts/cluster-sample.ts';
import { type ComponentName, type RequestClass, requestClasses } from '../contracts/component.ts';
import type { ComponentEvidence, Evidence, WebPages } from '../contracts/evidence.ts';
import type { LoadPlan } from '../contracts/load-plan.ts';
import type { Run } from '../contracts/run.ts';
import type { RunEvent } from '../contracts/run-event.ts';
import { mergeGaps } from '../journal/merge-gaps.ts';
import { componentEvidence } from './component-evidence.ts';
import type { LoadRecording } from './load-recording.ts';
import { planStretches, type Stretch } from './load-steps.ts';
import { metricPipeline } from './metric-pipeline.ts';
import { type Observation, observe } from './observation.ts';
import { indexing, otherCalls, outcomes } from './outcomes.ts';
import { postgresConnections, servingContainer } from './pod-template.ts';
import { timeline, timelineWindows } from './timeline.ts';
import { undisturbedLatency } from './undisturbed-latency.ts';
import { unknownsOf } from './unknowns.ts';

/** Everything that one run folder recorded. */
export interface Recording {
  readonly run: Run;
  readonly plan: LoadPlan;
  readonly load: LoadRecording;
  readonly samples: readonly ClusterSample[];
  readonly events: readonly RunEvent[];
  /** What the operator says that Postgres allows; null: not said. */
  readonly postgresMaxConnections: number | null;
  /** Pages of web, as the operator states them; null: not stated. */
  readonly webPages: WebPages | null;
}

/** Streaming workflow runs occupy the API, which relays their events, and a worker, which runs them. */
function routesOf(plan: LoadPlan): Partial<Record<RequestClass, ComponentName[]>> {
  return Object.fromEntries(
    plan.scenarios
      .filter(({ kind }) => kind !== 'indexing')
      .map(({ kind, responseMode }) => [
        kind,
        kind === 'workflow' && responseMode === 'streaming' ? ['api', 'worker'] : ['api'],
      ]),
  );
}

/**
 * What a recording teaches.
 *
 * @returns evidence in which every unknown is null and named in `unknowns`
 */
export function deriveEvidence(recording: Recording): Evidence {
  const { run, plan, load, samples, events } = recording;
  const observation = observe(load, samples);
  const loadStartSeconds = run.loadStartSeconds ?? 0;
  const stretches = planStretches(plan, loadStartSeconds).filter(
    ({ toSeconds }) => toSeconds <= load.durationSeconds,
  );
  const routes = routesOf(plan);
  const classes = requestClasses.filter((name) => name in routes);
  const components = Object.fromEntries(
    observation.components.flatMap((component) => {
      const taking = classes.filter((name) => routes[name]?.includes(component));
      const found = componentEvidence(observation, component, taking, stretches);
      return found === null ? [] : [[component, found]];
    }),
  ) as Partial<Record<ComponentName, ComponentEvidence>>;
  const lastSample = samples.reduce((latest, { atSeconds }) => Math.max(latest, atSeconds), 0);
  const durationSeconds = Math.max(load.durationSeconds, Math.ceil(lastSample));
  const windows = timelineWindows(durationSeconds);
  const requested = Object.fromEntries(
    Object.entries(components).map(([name, { requestedMillicores }]) => [name, requestedMillicores]),
  );
  return {
    schemaVersion: 1,
    runId: run.id,
    kubernetesVersion: run.versions.kubernetes,
    durationSeconds,
    loadStartSeconds,
    loadEndSeconds: run.loadEndSeconds ?? load.durationSeconds,
    objectives: run.objectives,
    components,
    arrivals: arrivals(load, classes),
    routes,
    outcomes: outcomes(load),
    otherCalls: otherCalls(load),
    indexing: indexing(load),
    requestTimeoutSeconds: Math.max(
      ...recording.plan.scenarios.map((planned) => planned.requestTimeoutSeconds),
    ),
    webPages: recording.webPages,
    latency: latency(load, classes, stretches),
    timeline: timeline(observation, classes, requested, windows),
    metricPipeline: metricPipeline(observation.samples),
    sharedLimits: {
      postgresMaxConnections: recording.postgresMaxConnections,
      postgresConnectionsPerReplica: connectionsPerReplica(observation),
    },
    rescales: rescalesOf(events),
    unknowns: unknownsOf(components, observation, routes),
    gaps: mergeGaps(observation.samples.gap),
  };
}

function rescalesOf(events: readonly RunEvent[]): Evidence['rescales'] {
  return events.flatMap((event) =>
    event.type === 'event' && event.reason === 'SuccessfulRescale' && event.component !== null
      ? [{ atSeconds: event.atSeconds, component: event.component, message: event.message }]
      : [],
  );
}

/** Arrivals are what was due: requests started and those that the generator dropped. */
function arrivals(load: LoadRecording, classes: readonly RequestClass[]): Evidence['arrivals'] {
  return Object.fromEntries(
    classes.map((scenario) => {
      const values = Array.from({ length: load.durationSeconds }, (_, second) => {
        const range = { from: second, to: second + 1 };
        return (
          load.total('requests_started', 'sum', range, { scenario }) +
          load.total('dropped_iterations', 'sum', range, { scenario })
        );
      });
      return [scenario, { fromSeconds: 0, stepSeconds: 1, values }];
    }),
  );
}

function latency(
  load: LoadRecording,
  classes: readonly RequestClass[],
  stretches: readonly Stretch[],
): Evidence['latency'] {
  const whole = { from: 0, to: load.durationSeconds };
  return Object.fromEntries(
    classes.map((scenario) => {
      const spread = (metric: string) =>
        load.histogram(metric, whole, { scenario, outcome: 'ok' }).distribution();
      // Gaps are told as they come, before anybody knows how the stream will end.
      const gaps = load.histogram('inter_token_gap_ms', whole, { scenario }).distribution();
      return [
        scenario,
        {
          timeToFirstTokenMs: spread('time_to_first_token_ms'),
          streamDurationMs: spread('stream_duration_ms'),
          interTokenGapMs: gaps,
          queueWaitMs: spread('queue_wait_ms'),
          undisturbed: undisturbedLatency(load, scenario, stretches),
        },
      ];
    }),
  );
}

function connectionsPerReplica(
  observation: Observation,
): Evidence['sharedLimits']['postgresConnectionsPerReplica'] {
  return Object.fromEntries(
    observation.components.flatMap((component) => {
      const template = observation.samples.template.findLast((sample) => sample.component === component);
      const container = template && servingContainer(template);
      const connections = container ? postgresConnections(component, container) : null;
      return connections === null ? [] : [[component, connections]];
    }),
  );
}
