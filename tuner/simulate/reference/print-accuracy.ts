import { aimedAtCases } from './aimed-at-cases.ts';
import { fittedCases, freshCases, otherCases, scalingCases } from './cases.ts';
import { compareGiveUp, type GiveUpComparison } from './compare-give-up.ts';
import { compareWeb } from './compare-web.ts';
import { type Compared, compareWithReference } from './compare-with-reference.ts';
import { giveUpCases } from './give-up-cases.ts';
import { mixedCases } from './mixed-cases.ts';
import { scaleInCases } from './scale-in-cases.ts';
import { shareCases } from './share-cases.ts';
import { webCases } from './web-cases.ts';

/** `npm run accuracy`: every case of the tests with more replications, as the table of docs/simulator.md. */
const replications = Number(process.argv[2] ?? 20);
/** Only cases whose name matches. */
const wanted = new RegExp(process.argv[3] ?? '');
/** A case in which luck is much takes as many as its test. */
const replicationsOf = (own: number) => Math.max(replications, own);

const latencies = {
  chatFirstTokenP95: 'time to first token of chats',
  runFirstTokenP95: 'time to first token of runs',
  runQueueP95: 'wait in the queue',
} as const;

process.stdout.write(
  `| case | p95 of, or number of | reference | simulated | error | bound | utilization | replicas |\n|---|---|---|---|---|---|---|---|\n`,
);
for (const { name, template, quantity, also = [], within, lossesWithin = within, replications: own } of [
  ...fittedCases,
  ...otherCases,
  ...freshCases,
  ...aimedAtCases,
  ...shareCases,
  ...mixedCases,
  ...scalingCases,
  ...scaleInCases,
]) {
  if (!wanted.test(name)) continue;
  const compared = compareWithReference(template, replicationsOf(own));
  for (const latency of [quantity, ...also]) {
    const p95 = compared[latency];
    if (p95 === null) continue;
    const isChat = latency === 'chatFirstTokenP95';
    const utilization = isChat ? compared.apiUtilization : compared.workerUtilization;
    const replicas = isChat ? compared.meanApiReplicas : compared.meanWorkerReplicas;
    const cells = [
      name,
      latencies[latency],
      ...quantile(p95),
      `${(100 * within).toFixed(0)} %`,
      percent(utilization),
      template.scaling === null ? '' : percent(replicas),
    ];
    row(cells);
  }
  for (const [what, losses] of [
    ['streams cut', compared.cutStreams],
    ['runs lost', compared.lostRuns],
  ] as const) {
    if (losses.reference === 0) continue;
    const counts = `${losses.reference.toFixed(1)} | ${losses.simulated.toFixed(1)}`;
    process.stdout.write(
      `| ${name} | ${what} | ${counts} | ${withConfidence(losses)} | ${100 * lossesWithin} % |  |  |\n`,
    );
  }
}

for (const { name, template, within, replications: own } of webCases) {
  if (!wanted.test(name)) continue;
  const { firstByteP95, utilization, meanReplicas } = compareWeb(template, replicationsOf(own));
  const cells = [
    name,
    'first byte of a page',
    ...quantile(firstByteP95),
    `${(100 * within).toFixed(0)} %`,
    percent(utilization),
    template.scaling === null ? '' : percent(meanReplicas),
  ];
  row(cells);
}

const ofGiveUp = {
  chatFirstTokenP95: 'p95 of chats',
  runFirstTokenP95: 'p95 of runs',
  served: 'served',
  givenUp: 'given up',
  workerSeconds: "workers' CPU",
  queuedMean: 'queue, mean',
  queuedPeak: 'queue, peak',
  clientsMean: 'clients, mean',
  clientsPeak: 'clients, peak',
} as const satisfies Partial<Record<keyof GiveUpComparison, string>>;

const giveUpRows = giveUpCases.filter(({ name }) => wanted.test(name));
if (giveUpRows.length > 0) {
  process.stdout.write('\n');
  row(['clients that give up', ...Object.values(ofGiveUp)]);
  row(['---', ...Object.values(ofGiveUp).map(() => '---')]);
}
for (const { name, template, replications: own } of giveUpRows) {
  const compared = compareGiveUp(template, replicationsOf(own));
  const errors = Object.keys(ofGiveUp).map((key) => {
    const one = compared[key as keyof GiveUpComparison];
    return one === null || one.reference === 0 ? '' : withConfidence(one);
  });
  row([name, ...errors]);
}

function row(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

/** Reference, simulated and error. */
function quantile(p95: Compared): string[] {
  return [`${p95.reference.toFixed(3)} s`, `${p95.simulated.toFixed(3)} s`, withConfidence(p95)];
}

function withConfidence(compared: Compared): string {
  return `${percent(compared)} ± ${(196 * compared.standardError).toFixed(1)} %`;
}

function percent({ reference, simulated }: Compared): string {
  const error = 100 * (simulated / reference - 1);
  return `${error > 0 ? '+' : ''}${error.toFixed(1)} %`;
}
