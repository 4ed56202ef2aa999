import { Skeleton, Stack } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { asProblem } from '../api/problem';
import { ProblemAlert } from './ProblemAlert';

interface Props<Data> {
  query: UseQueryResult<Data>;
  title?: string;
  children: (data: Data) => ReactNode;
}

// Shows what is there, even while the control plane is away; else that it loads, or why it cannot.
export function QueryBoundary<Data>({ query, title, children }: Props<Data>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error && !asProblem(query.error).isUnreachable) return <ProblemAlert error={query.error} title={title} />;
  return (
    <Stack gap="xs" aria-busy="true" aria-label="Loading">
      <Skeleton height={36} />
      <Skeleton height={36} />
      <Skeleton height={36} width="70%" />
    </Stack>
  );
}
