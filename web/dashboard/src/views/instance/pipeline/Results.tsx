import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { resultsQuery, type ResultRow } from '../../../api/runtime';
import { PlainTable } from '../../../components/PlainTable';
import { QueryBoundary } from '../../../components/QueryBoundary';
import { copyWhole, shortValue, wholeValue } from './values';

const EVERY_MS = 2000;
const SHOWN = 100;

interface Props {
  instanceId: string;
  library: string | undefined;
  queryId: string;
  running: boolean;
}

export function Results({ instanceId, library, queryId, running }: Props) {
  const query = useQuery({
    ...resultsQuery(instanceId, library, queryId),
    enabled: running,
    refetchInterval: EVERY_MS,
  });
  if (!running) {
    return (
      <Text size="sm" c="dimmed">
        They show while the query runs.
      </Text>
    );
  }
  return <QueryBoundary query={query}>{(rows) => <ResultTable rows={rows} />}</QueryBoundary>;
}

function ResultTable({ rows }: { rows: ResultRow[] }) {
  const columns = [...new Set(rows.slice(0, SHOWN).flatMap((row) => Object.keys(row)))];
  if (rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No row matches now.
      </Text>
    );
  }
  return (
    <div onCopy={copyWhole}>
      <PlainTable columns={columns} region={{ label: 'Results', maxHeight: 320 }} testId="results">
        {rows.slice(0, SHOWN).map((row, index) => (
          <tr key={index}>
            {columns.map((column) => (
              <td key={column} className="numeric" title={wholeValue(row[column])} data-whole={wholeValue(row[column])}>
                {shortValue(row[column])}
              </td>
            ))}
          </tr>
        ))}
      </PlainTable>
      {rows.length > SHOWN && (
        <Text size="sm" c="dimmed">
          The first {SHOWN} of {rows.length} rows
        </Text>
      )}
    </div>
  );
}
