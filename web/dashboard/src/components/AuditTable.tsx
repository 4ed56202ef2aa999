import { Anchor, Text } from '@mantine/core';
import { Fragment, useState } from 'react';
import type { AuditEntry } from '../api/types';
import { Differences } from './Differences';
import { InstanceLink } from './InstanceLink';
import { PlainTable } from './PlainTable';
import { type Tone, ToneBadge } from './StatusBadge';
import { Time } from './Time';
import { span } from './time';

const TONES: Record<AuditEntry['outcome'], Tone> = {
  Succeeded: 'ok',
  Failed: 'bad',
  RolledBack: 'warn',
  Deferred: 'quiet',
  PendingApproval: 'info',
  Skipped: 'quiet',
};

export function AuditTable({
  entries,
  withInstance = false,
}: {
  entries: readonly AuditEntry[];
  withInstance?: boolean;
}) {
  const [open, setOpen] = useState<string | null>(null);
  if (entries.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="md">
        No reconciler has done anything yet.
      </Text>
    );
  }
  return (
    <PlainTable
      columns={['When', withInstance && 'Instance', 'Outcome', 'Strategy', 'Revisions', 'Why', 'Took']}
      actions="Details"
    >
      {entries.map((entry) => (
        <Fragment key={entry.id}>
          <tr>
            <td>
              <Time at={entry.at} />
            </td>
            {withInstance && (
              <td>
                <InstanceLink id={entry.instanceId} tab="reconciliation" />
              </td>
            )}
            <td>
              <ToneBadge tone={TONES[entry.outcome]}>{entry.outcome}</ToneBadge>
            </td>
            <td>{entry.strategy}</td>
            <td className="numeric" style={{ whiteSpace: 'nowrap' }}>
              {entry.revisionBefore ?? '–'} → {entry.revisionAfter ?? '–'}
            </td>
            <td className="text">
              {entry.error ?? entry.reason}
              {entry.actor && (
                <Text span size="sm" c="dimmed">
                  {' '}
                  ({[entry.trigger, entry.actor].filter(Boolean).join(', ')})
                </Text>
              )}
            </td>
            <td style={{ whiteSpace: 'nowrap' }}>
              {entry.durationMs === undefined
                ? '–'
                : entry.durationMs < 1000
                  ? `${entry.durationMs} ms`
                  : span(entry.durationMs)}
            </td>
            <td>
              <Anchor
                component="button"
                size="sm"
                aria-expanded={open === entry.id}
                aria-label={`${open === entry.id ? 'Less' : 'More'} of ${entry.instanceId}, ${entry.at}`}
                onClick={() => setOpen(open === entry.id ? null : entry.id)}
              >
                {open === entry.id ? 'Less' : 'More'}
              </Anchor>
            </td>
          </tr>
          {open === entry.id && (
            <tr>
              <td colSpan={withInstance ? 8 : 7}>
                <AuditDetails entry={entry} />
              </td>
            </tr>
          )}
        </Fragment>
      ))}
    </PlainTable>
  );
}

function AuditDetails({ entry }: { entry: AuditEntry }) {
  return (
    <>
      <ol>
        {entry.plan?.map((step, index) => (
          <li key={index}>
            {step.kind} <span className="mono">{step.target}</span> {step.reason}
          </li>
        ))}
      </ol>
      <Differences differences={entry.differences ?? []} />
      <ul>
        {entry.checks?.map((check) => (
          <li key={check.name}>
            {check.name}: {check.passed ? 'passed' : 'failed'} {check.detail}
          </li>
        ))}
      </ul>
    </>
  );
}
