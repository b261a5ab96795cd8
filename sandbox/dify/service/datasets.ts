/** Knowledge bases and their documents, kept in memory. */
import { randomUUID } from 'node:crypto';
import { unixSeconds } from '../wire/workflow-events.ts';

export interface DatasetDocument {
  readonly id: string;
  readonly batch: string;
  readonly position: number;
  readonly name: string;
  readonly text: string;
  readonly form: string;
  readonly uploadFileId: string;
  readonly processRuleId: string;
  /** Unix seconds with a fraction. */
  readonly uploadedAt: number;
  status: 'waiting' | 'indexing' | 'completed';
  processingStartedAt: number | null;
  completedAt: number | null;
}

export interface Dataset {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly documents: Map<string, DatasetDocument>;
  positions: number;
}

/** There from the start, so that a load test need not create one. */
export const firstDatasetId = 'd1a7f4c0-5a3e-4c5e-9f37-3a4c1f0a7b01';

export class Datasets {
  readonly #byId = new Map<string, Dataset>();

  constructor() {
    this.create('loadtest-sandbox', firstDatasetId);
  }

  create(name: string, id: string = randomUUID()): Dataset {
    const dataset: Dataset = { id, name, createdAt: unixSeconds(), documents: new Map(), positions: 0 };
    this.#byId.set(id, dataset);
    return dataset;
  }

  find(id: string): Dataset | undefined {
    return this.#byId.get(id);
  }

  /** Newest first, as Dify lists them. */
  list(): Dataset[] {
    return [...this.#byId.values()].reverse();
  }

  delete(id: string): boolean {
    return this.#byId.delete(id);
  }

  /** A name that exists is overwritten: the old document goes. */
  addDocument(dataset: Dataset, parts: { name: string; text: string; form: string }): DatasetDocument {
    for (const [id, { name }] of dataset.documents) if (name === parts.name) dataset.documents.delete(id);
    dataset.positions += 1;
    const document: DatasetDocument = {
      ...parts,
      id: randomUUID(),
      batch: batchName(new Date()),
      position: dataset.positions,
      uploadFileId: randomUUID(),
      processRuleId: randomUUID(),
      uploadedAt: Date.now() / 1000,
      status: 'waiting',
      processingStartedAt: null,
      completedAt: null,
    };
    dataset.documents.set(document.id, document);
    return document;
  }

  findDocument(datasetId: string, documentId: string): DatasetDocument | undefined {
    return this.find(datasetId)?.documents.get(documentId);
  }

  beginIndexing(document: DatasetDocument): void {
    document.status = 'indexing';
    document.processingStartedAt = unixSeconds();
  }

  completeIndexing(document: DatasetDocument): void {
    document.status = 'completed';
    document.completedAt = unixSeconds();
  }
}

/** Dify names a batch by its time and six more digits. */
function batchName(now: Date): string {
  const time = now.toISOString().replace(/\D/g, '').slice(0, 14);
  return `${time}${Math.floor(Math.random() * 1_000_000)
    .toString()
    .padStart(6, '0')}`;
}
