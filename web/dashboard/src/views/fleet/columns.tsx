import { Anchor, Text } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import { Link } from 'react-router-dom';
import type { Instance } from '../../api/types';
import { isReserved, labelText } from '../../components/instanceFields/labels';
import { StatusBadge } from '../../components/StatusBadge';
import { Time } from '../../components/Time';
import { instancePath } from '../../app/paths';
import classes from './FleetTable.module.css';

// Labels by which others manage an instance come last.
function ownFirst(labels: Record<string, string>): [string, string][] {
  const entries = Object.entries(labels);
  const reserved = entries.filter(([key]) => isReserved(key));
  return reserved.length === 0 ? entries : [...entries.filter(([key]) => !isReserved(key)), ...reserved];
}

const column = createColumnHelper<Instance>();

function Labels({ labels }: { labels: Record<string, string> }) {
  const ordered = ownFirst(labels);
  return (
    <span className={classes.labels} title={ordered.map(([key, value]) => labelText(key, value)).join(', ')}>
      {ordered.map(([key, value], index) => (
        <span
          key={key}
          className={classes.label}
          data-reserved={isReserved(key)}
          style={{ flexShrink: 10_000 ** Math.min(index, 5) }} // where there is little room, the last give way first
        >
          {labelText(key, value)}
        </span>
      ))}
    </span>
  );
}

export const columns = [
  column.accessor('name', {
    header: 'Name',
    size: 168,
    enableHiding: false,
    cell: ({ row }) => (
      <Anchor component={Link} to={instancePath(row.original.id)} fw={600} size="sm" className={classes.name}>
        {row.original.name}
      </Anchor>
    ),
  }),
  column.accessor('id', {
    header: 'Id',
    size: 200,
    cell: ({ getValue }) => <span className="mono">{getValue()}</span>,
  }),
  column.accessor('status', {
    header: 'Status',
    size: 170,
    cell: ({ row }) => (
      <StatusBadge status={row.original.status} phase={row.original.phase} health={row.original.health} />
    ),
  }),
  column.accessor('health', { header: 'Health', size: 100, cell: ({ getValue }) => getValue() }),
  column.accessor('platformType', { header: 'Platform', size: 96 }),
  column.accessor((instance) => instance.address ?? '', {
    id: 'address',
    header: 'Address',
    size: 150,
    cell: ({ getValue }) => <span className="mono">{getValue().replace(/^https?:\/\//, '') || '–'}</span>,
  }),
  column.accessor('metadata', {
    header: 'Labels',
    size: 190,
    enableSorting: false,
    cell: ({ getValue }) => <Labels labels={getValue()} />,
  }),
  column.accessor('configurationRevision', {
    header: 'Revision',
    size: 100,
    cell: ({ row: { original } }) => (
      <span className="numeric">
        {original.configurationRevision}
        {original.phase === 'Running' && original.appliedRevision !== original.configurationRevision && (
          <Text span c="dimmed" size="sm">
            {' '}
            (runs {original.appliedRevision})
          </Text>
        )}
      </span>
    ),
  }),
  column.accessor('restartCount', {
    header: 'Restarts',
    size: 96,
    cell: ({ getValue }) => <span className="numeric">{getValue()}</span>,
  }),
  column.accessor((instance) => instance.lastModifiedAt ?? instance.createdAt, {
    id: 'changed',
    header: 'Changed',
    size: 104,
    cell: ({ getValue }) => <Time at={getValue()} />,
  }),
  column.accessor('createdAt', {
    id: 'created',
    header: 'Created',
    size: 116,
    cell: ({ getValue }) => <Time at={getValue()} />,
  }),
];
