import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { runtimeQuery } from '../../api/runtime';
import { NO_SAMPLES, SAMPLE_EVERY_MS, type Samples, withSample } from './samples';

const kept = new Map<string, Samples>();

export function useRuntime(instanceId: string) {
  const query = useQuery({ ...runtimeQuery(instanceId), refetchInterval: SAMPLE_EVERY_MS });
  const [samples, setSamples] = useState<Samples>(() => kept.get(instanceId) ?? NO_SAMPLES);
  const { data, dataUpdatedAt } = query;
  useEffect(() => {
    if (!data) return;
    const next = withSample(kept.get(instanceId) ?? NO_SAMPLES, data, dataUpdatedAt);
    kept.set(instanceId, next);
    setSamples(next);
  }, [instanceId, data, dataUpdatedAt]);
  return { query, samples };
}
