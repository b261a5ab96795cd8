import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { exitCodes, TuneError } from '../errors.ts';

/** One HorizontalPodAutoscaler as it stands in a file; its spec is not checked yet. */
export interface HpaManifest {
  /** Where it stands, the beginning of every path in an error: `hpa.yaml`, `hpa.yaml: items[1]`. */
  readonly at: string;
  readonly name: string;
  /** Name of the Deployment it scales. */
  readonly target: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/**
 * The HorizontalPodAutoscalers of a YAML or JSON file: one, several documents, or a List as
 * `kubectl get hpa -o yaml` prints it. Other kinds in the file are passed over.
 *
 * @throws TuneError FILE_UNREADABLE, BAD_YAML, BAD_HPA_MANIFEST with the path of the field
 */
export function readHpaManifests(file: string): HpaManifest[] {
  const documents = parseAllDocuments(readText(file));
  const list = Array.isArray(documents) ? documents : [];
  const mistakes = list.flatMap(({ errors }) =>
    errors.map((error) => `${file}: ${error.message.split('\n')[0]}`),
  );
  if (mistakes.length > 0) throw badFile('BAD_YAML', mistakes, 'correct the lines named above');
  const found = list.flatMap((document, index) =>
    objectsIn(document.toJS(), list.length > 1 ? `${file}: document ${index + 1}` : file),
  );
  const manifests = found.flatMap(({ at, value }) => manifestOf(value, at));
  if (manifests.length > 0) return manifests;
  throw badFile(
    'BAD_HPA_MANIFEST',
    [`${file}: holds no HorizontalPodAutoscaler`],
    'give a file with kind: HorizontalPodAutoscaler, such as `kubectl get hpa -o yaml` prints',
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TuneError({
      code: 'FILE_UNREADABLE',
      message: `cannot read ${file}`,
      why: cause instanceof Error ? cause.message : String(cause),
      next: 'name a file with a HorizontalPodAutoscaler in YAML or JSON',
      exitCode: exitCodes.usage,
      cause,
    });
  }
}

interface Found {
  readonly at: string;
  readonly value: unknown;
}

/** A List is opened, however deep. */
function objectsIn(value: unknown, at: string): Found[] {
  if (!isRecord(value)) return [];
  const { kind, items } = value;
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item, index) => objectsIn(item, `${at}: items[${index}]`));
  }
  return [{ at, value }];
}

function manifestOf(value: unknown, at: string): HpaManifest[] {
  if (!isRecord(value) || value.kind !== 'HorizontalPodAutoscaler') return [];
  const { apiVersion, spec, metadata } = value;
  if (apiVersion !== 'autoscaling/v2') {
    throw badFile(
      'BAD_HPA_MANIFEST',
      [`${at}: apiVersion: ${JSON.stringify(apiVersion)} is not autoscaling/v2`],
      'convert it: kubectl get hpa.v2.autoscaling NAME -o yaml',
    );
  }
  const target = isRecord(spec) && isRecord(spec.scaleTargetRef) ? spec.scaleTargetRef.name : undefined;
  if (!isRecord(spec) || typeof target !== 'string') {
    throw badFile(
      'BAD_HPA_MANIFEST',
      [`${at}: spec.scaleTargetRef.name: is missing, so there is no telling what this HPA scales`],
      'give the name of the Deployment',
    );
  }
  const name = isRecord(metadata) && typeof metadata.name === 'string' ? metadata.name : target;
  return [{ at, name, target, spec }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function badFile(code: string, mistakes: readonly string[], next: string): TuneError {
  return new TuneError({
    code,
    message: mistakes.join('\n'),
    why: 'an HPA that is only guessed at would be simulated, and nobody runs that one',
    next,
    exitCode: exitCodes.usage,
  });
}
