/**
 * A value together with the place in the run folder where it stands.
 *
 * Everything the page shows is read through one of these, so that a number on the page cannot be anything but a
 * field of a file.
 */
export interface Recorded<T> {
  readonly value: T;
  /** File and JSON pointer (RFC 6901): `evidence.json#/components/api/slotsPerReplica/value`. */
  readonly source: string;
  /** A field of it; null where this value is null or has no such field. */
  at<K extends Keys<T>>(key: K): Recorded<Field<T, K>>;
}

type Keys<T> = T extends readonly unknown[] ? number : T extends object ? Extract<keyof T, string> : never;
type Field<T, K> = T extends readonly (infer Item)[]
  ? Item
  : T extends object
    ? K extends keyof T
      ? Exclude<T[K], undefined> | (undefined extends T[K] ? null : never)
      : null
    : null;

/** @param file name in the run folder; for NDJSON the pointer's first step is the line, from 0 */
export function recorded<T>(file: string, value: T): Recorded<T> {
  return at(`${file}#`, value);
}

function at<T>(source: string, value: T): Recorded<T> {
  return {
    value,
    source,
    at: (key) => {
      const step = String(key).replaceAll('~', '~0').replaceAll('/', '~1');
      const holder = value as Record<string, unknown> | null;
      const field = holder === null ? null : (holder[String(key)] ?? null);
      return at(`${source}/${step}`, field as Field<T, typeof key>);
    },
  };
}

/** The items of a recorded list, each with its own place. */
export function items<Item>(list: Recorded<readonly Item[]> | Recorded<Item[]>): Recorded<Item>[] {
  return (list as Recorded<readonly Item[]>).value.map(
    (_, index) => (list as Recorded<readonly Item[]>).at(index as never) as Recorded<Item>,
  );
}

/** The entries of a recorded map whose values are there. */
export function entries<K extends string, V>(
  map: Recorded<Partial<Record<K, V>>>,
): { readonly key: K; readonly item: Recorded<V> }[] {
  return (Object.keys(map.value) as K[])
    .filter((key) => map.value[key] !== undefined)
    .map((key) => ({ key, item: map.at(key as never) as unknown as Recorded<V> }));
}

/** The same place with a type that says the value is there; null when it is not. */
export function present<T>(maybe: Recorded<T>): Recorded<NonNullable<T>> | null {
  return maybe.value === null || maybe.value === undefined ? null : (maybe as Recorded<NonNullable<T>>);
}
