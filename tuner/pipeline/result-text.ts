import type { Advice, SettingAdvice } from '../contracts/advice.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { modelMismatch } from '../contracts/model-mismatch.ts';
import type { Validity } from '../contracts/validity.ts';
import type { Verdict } from '../contracts/verdict.ts';
import { toldAgainLines } from './told-again-text.ts';

export interface ResultParts {
  readonly folder: string;
  readonly evidence: Evidence;
  readonly advice: Advice;
  readonly validity: Validity;
  readonly verdict: Verdict;
  readonly overlay: string | null;
  readonly report: string;
}

/** What a person reads at the end of a run; the page has the rest. */
export function resultText(parts: ResultParts): string {
  const { advice, evidence, validity, verdict } = parts;
  const changes = advice.settings.filter((setting) => setting.verdict === 'change');
  const kept = advice.settings.filter((setting) => setting.verdict === 'noChange').length;
  const problems = validity.checks.filter(({ isPassed }) => isPassed === false);
  const replay = verdict.replay.flatMap(replayLines);
  const told = toldAgainLines(verdict.calibration);
  return [
    advice.summary,
    '',
    ...Object.entries(evidence.components).map(
      ([name, { binding, bindingBecause }]) => `${name}: bound by ${binding}: ${bindingBecause}`,
    ),
    ...(changes.length > 0 ? ['', 'Changes', ...changes.map(settingText)] : []),
    ...(kept > 0 ? [`  ${kept} further setting${kept > 1 ? 's' : ''} stay as they are`] : []),
    ...(problems.length > 0
      ? ['', `Run is ${validity.verdict}`, ...problems.map(({ because }) => `  ${because}`)]
      : []),
    ...(replay.length > 0 ? ['', 'HPA model against the controller', ...replay] : []),
    ...(told.length > 0 ? ['', 'Simulator against the recording', ...told] : []),
    '',
    `Overlay  ${parts.overlay ?? 'none'}`,
    `Report   ${parts.report}`,
    `Run      ${parts.folder}`,
  ].join('\n');
}

function replayLines({ hpaName, syncs, mismatches, examples }: Verdict['replay'][number]): string[] {
  const count = `  ${hpaName}: ${mismatches} of ${syncs} recorded syncs differ from the model`;
  const [first] = examples;
  if (first === undefined) return [count];
  const { atSeconds, recordedDesired, modelDesired, note } = first;
  return [
    count,
    `      first at ${atSeconds.toFixed(0)} s: the controller set ${recordedDesired}, the model ${modelDesired} (${note})`,
    `      ${modelMismatch.meaning} What to do: the report, "Model against reality"`,
  ];
}

function settingText({ component, sets, current, proposed, unit, because }: SettingAdvice): string {
  const value = (scalar: SettingAdvice['current']) =>
    scalar === null ? 'unset' : `${scalar}${unit && typeof scalar === 'number' ? ` ${unit}` : ''}`;
  return `  ${component} ${sets}: ${value(current)} → ${value(proposed)}\n      ${because}`;
}
