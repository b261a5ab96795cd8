import { parseAllDocuments } from 'yaml';
import { exitCodes, TuneError } from '../errors.ts';
import { nameOf, readText } from './read-text.ts';

/** One HorizontalPodAutoscaler as it stands in a file; its spec is not checked yet. */
export interface HpaManifest {
  /** Where it stands, the beginning of every path in an error: `hpa.yaml`, `hpa.yaml: items[1]`. */
  readonly at: string;
  readonly name: string;
  /** What it scales. */
  readonly targetKind: string;
  readonly target: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/**
 * The HorizontalPodAutoscalers of a YAML or JSON file: one, several documents, or a List as
 * `kubectl get hpa -o yaml` prints it. Other kinds in the file are passed over.
 *
 * @param file `-` for standard input
 * @throws TuneError FILE_UNREADABLE, BAD_YAML, BAD_HPA_MANIFEST with the path of the field
 */
export function readHpaManifests(file: string): HpaManifest[] {
  const text = readText(file, 'name a file with a HorizontalPodAutoscaler in YAML or JSON');
  const name = nameOf(file);
  const documents = parseAllDocuments(text);
  const list = Array.isArray(documents) ? documents : [];
  const mistakes = list.flatMap(({ errors }) =>
    errors.map((error) => `${name}: ${error.message.split('\n')[0]}`),
  );
  if (mistakes.length > 0) throw badFile('BAD_YAML', mistakes, 'correct the lines named above');
  const manifests = list.flatMap((document, index) =>
    hpaManifestsIn(document.toJS(), list.length > 1 ? `${name}: document ${index + 1}` : name),
  );
  if (manifests.length > 0) return manifests;
  throw badFile(
    'BAD_HPA_MANIFEST',
    [`${name}: holds no HorizontalPodAutoscaler`],
    'give a file with kind: HorizontalPodAutoscaler, such as `kubectl get hpa -o yaml` prints',
  );
}

/**
 * The HorizontalPodAutoscalers in a value; a List is opened, however deep.
 *
 * @param at where it stands
 * @throws TuneError BAD_HPA_MANIFEST with the path of the field
 */
export function hpaManifestsIn(value: unknown, at: string): HpaManifest[] {
  if (!isRecord(value)) return [];
  const { kind, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) {
    return manifestOf(value, at);
  }
  // A list of one kind, as the API server answers it, does not repeat the kind in its items.
  const itemKind = kind.slice(0, -'List'.length);
  return items.flatMap((item, index) => {
    const named = isRecord(item) && itemKind !== '' ? withKind(item, itemKind, value.apiVersion) : item;
    return hpaManifestsIn(named, `${at}: items[${index}]`);
  });
}

function withKind(item: Record<string, unknown>, kind: string, apiVersion: unknown): Record<string, unknown> {
  return { kind, apiVersion, ...item };
}

function manifestOf(value: Record<string, unknown>, at: string): HpaManifest[] {
  if (value.kind !== 'HorizontalPodAutoscaler') return [];
  const { apiVersion, spec, metadata } = value;
  if (apiVersion !== 'autoscaling/v2') {
    throw badFile(
      'BAD_HPA_MANIFEST',
      [`${at}: apiVersion: ${JSON.stringify(apiVersion)} is not autoscaling/v2`],
      'convert it: kubectl get hpa.v2.autoscaling NAME -o yaml',
    );
  }
  const ref = isRecord(spec) && isRecord(spec.scaleTargetRef) ? spec.scaleTargetRef : {};
  const { kind: targetKind, name: target } = ref;
  if (!isRecord(spec) || typeof target !== 'string' || typeof targetKind !== 'string') {
    throw badFile(
      'BAD_HPA_MANIFEST',
      [
        `${at}: spec.scaleTargetRef.${typeof target === 'string' ? 'kind' : 'name'}: is missing, so there is no telling what this HPA scales`,
      ],
      'give kind: Deployment and its name',
    );
  }
  const name = isRecord(metadata) && typeof metadata.name === 'string' ? metadata.name : target;
  return [{ at, name, targetKind, target, spec }];
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
