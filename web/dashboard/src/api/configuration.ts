import { queryOptions } from '@tanstack/react-query';
import { request } from './base';
import { api, dataOf } from './client';
import type { Configuration, Finding, RevisionSummary } from './types';

const YAML = 'application/yaml';
const pathOf = (instanceId: string): string => `/api/configuration/instances/${encodeURIComponent(instanceId)}`;

export interface YamlDocument {
  text: string;
  etag: string | null;
}

export const configurationQuery = (instanceId: string) =>
  queryOptions({
    queryKey: ['instance', instanceId, 'configuration', 'json'],
    queryFn: () => dataOf(api.GET('/api/configuration/instances/{instanceId}', { params: { path: { instanceId } } })),
  });

export const yamlQuery = (instanceId: string) =>
  queryOptions({
    queryKey: ['instance', instanceId, 'configuration', 'yaml'],
    queryFn: async (): Promise<YamlDocument> => {
      const response = await request(pathOf(instanceId), { headers: { Accept: YAML } });
      return { text: await response.text(), etag: response.headers.get('ETag') };
    },
  });

export const revisionsQuery = (instanceId: string) =>
  queryOptions({
    queryKey: ['instance', instanceId, 'configuration', 'revisions'],
    queryFn: (): Promise<RevisionSummary[]> =>
      dataOf(api.GET('/api/configuration/instances/{instanceId}/revisions', { params: { path: { instanceId } } })),
  });

export const revisionQuery = (instanceId: string, revision: number) =>
  queryOptions({
    queryKey: ['instance', instanceId, 'revision', revision],
    queryFn: async (): Promise<Configuration> => {
      const path = { instanceId, revision: String(revision) };
      const found = await dataOf(
        api.GET('/api/configuration/instances/{instanceId}/revisions/{revision}', { params: { path } }),
      );
      return found.configuration;
    },
    staleTime: Infinity, // a revision never changes
  });

// What the server would say of this text for this instance, or for a new one.
export async function validateYaml(text: string, instanceId?: string): Promise<Finding[]> {
  const path = instanceId === undefined ? '/api/configuration/validate' : `${pathOf(instanceId)}/validate`;
  const response = await request(path, { method: 'POST', headers: { 'Content-Type': YAML }, body: text });
  return ((await response.json()) as { findings: Finding[] }).findings;
}

export async function saveYaml(instanceId: string, text: string, etag: string | null): Promise<void> {
  const headers: Record<string, string> = { 'Content-Type': YAML };
  if (etag !== null) headers['If-Match'] = etag;
  await request(pathOf(instanceId), { method: 'PUT', headers, body: text });
}

export const rollBack = (instanceId: string, revision: number): Promise<Configuration> =>
  dataOf(
    api.POST('/api/configuration/instances/{instanceId}/rollback', {
      params: { path: { instanceId } },
      body: { revision },
    }),
  );
