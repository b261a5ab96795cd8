import type { HpaSpec, MetricSpec } from '../contracts/hpa-spec.ts';
import { exitCodes, TuneError } from '../errors.ts';
import type { ComponentModel, SimulationModel } from './model.ts';

/** What of the simulated deployment answers a metric of an HPA. */
export type MetricSource = 'cpu' | 'memory' | 'queue';

/**
 * The source of each entry of `spec.metrics`.
 *
 * @param at where the spec stands, the beginning of the path in the error
 * @throws TuneError METRIC_NOT_RECORDED with every metric that nothing of the evidence can answer
 */
export function metricSources(
  spec: HpaSpec,
  model: SimulationModel,
  component: ComponentModel,
  at = 'spec',
): MetricSource[] {
  // Without metrics the API server fills in CPU.
  const metrics = spec.metrics?.length ? spec.metrics : null;
  if (metrics === null) return ['cpu'];
  const problems: string[] = [];
  const sources = metrics.map((metric, index) => {
    const found = sourceOf(metric, model);
    if (typeof found === 'string') return found;
    problems.push(`${at}.metrics[${index}]${found.path}: ${found.problem}`);
    return 'cpu';
  });
  if (problems.length > 0) throw notRecorded(problems, component, model);
  return sources;
}

function sourceOf(
  metric: MetricSpec,
  model: SimulationModel,
): MetricSource | { readonly path: string; readonly problem: string } {
  switch (metric.type) {
    case 'Resource':
      return resourceSource(metric.resource.name, '.resource.name');
    case 'ContainerResource':
      return resourceSource(metric.containerResource.name, '.containerResource.name');
    case 'External':
      return metric.external.metric.name === model.metricPipeline.queueMetricName
        ? 'queue'
        : {
            path: '.external.metric.name',
            problem: `no values of "${metric.external.metric.name}" are in the evidence`,
          };
    case 'Object':
      return {
        path: '.object.metric.name',
        problem: `no values of "${metric.object.metric.name}" are in the evidence`,
      };
    case 'Pods':
      return {
        path: '.pods.metric.name',
        problem: `no values of "${metric.pods.metric.name}" are in the evidence`,
      };
  }
}

function resourceSource(name: string, path: string) {
  if (name === 'cpu' || name === 'memory') return name;
  return { path, problem: `no usage of "${name}" is in the evidence, only of cpu and memory` };
}

function notRecorded(
  problems: readonly string[],
  component: ComponentModel,
  { metricPipeline }: SimulationModel,
): TuneError {
  const queue = metricPipeline.queueMetricName;
  return new TuneError({
    code: 'METRIC_NOT_RECORDED',
    message: `the HPA of ${component.name} scales on a metric that nobody recorded\n${problems.join('\n')}`,
    why: 'without its values there is no telling what the autoscaler would have done',
    next: `use cpu, memory${queue === null ? '' : ` or the External metric "${queue}"`}, or record a run with targets.<name>.queueMetric set in tune.yaml`,
    exitCode: exitCodes.usage,
  });
}
