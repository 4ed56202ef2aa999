import { PlainTable } from './PlainTable';
import { Text } from '@mantine/core';
import type { Difference } from '../api/types';

const show = (value: unknown): string =>
  value === undefined || value === null ? '–' : typeof value === 'string' ? value : JSON.stringify(value);

export function Differences({ differences }: { differences: readonly Difference[] }) {
  if (differences.length === 0) return null;
  return (
    <PlainTable columns={['Where', 'Wanted', 'Runs', 'Takes']}>
      {differences.map((difference) => (
        <tr key={difference.path}>
          <td className="text">
            <span className="mono">{difference.path}</span>
            {difference.text && (
              <Text size="xs" c="dimmed">
                {difference.text}
              </Text>
            )}
          </td>
          <td className="mono">{show(difference.desired)}</td>
          <td className="mono">{show(difference.actual)}</td>
          <td>{difference.liveness === 'Restart' ? 'a restart' : 'nothing: live'}</td>
        </tr>
      ))}
    </PlainTable>
  );
}
