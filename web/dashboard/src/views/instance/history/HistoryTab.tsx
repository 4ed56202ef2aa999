import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { revisionQuery, revisionsQuery, rollBack } from '../../../api/configuration';
import type { Instance, RevisionSummary } from '../../../api/types';
import { ConfirmModal } from '../../../components/ConfirmModal';
import { notifyDone, notifyProblem } from '../../../components/notify';
import { Panel } from '../../../components/Panel';
import { PlainTable } from '../../../components/PlainTable';
import { QueryBoundary } from '../../../components/QueryBoundary';
import { ToneBadge } from '../../../components/StatusBadge';
import { Time } from '../../../components/Time';
import { toYaml } from '../../../components/yaml/text';
import YamlDiff from '../../../components/yaml/YamlDiff';

export default function HistoryTab({ instance }: { instance: Instance }) {
  const query = useQuery(revisionsQuery(instance.id));
  return (
    <QueryBoundary query={query}>{(revisions) => <History instance={instance} revisions={revisions} />}</QueryBoundary>
  );
}

function History({ instance, revisions }: { instance: Instance; revisions: RevisionSummary[] }) {
  const newest = revisions[0]?.revision ?? 1;
  const several = revisions.length > 1;
  const [chosen, setChosen] = useState<{ from?: number; to?: number }>({});
  const to = chosen.to ?? newest;
  // By itself the one before it: those that are too old are gone.
  const from = chosen.from ?? revisions.find(({ revision }) => revision < to)?.revision ?? to;
  const [asked, setAsked] = useState<number | null>(null);
  const rollback = useMutation({
    mutationFn: (revision: number) => rollBack(instance.id, revision),
    onSuccess: (_, revision) => notifyDone(`The configuration is that of revision ${revision} again`),
    onError: (error) => notifyProblem('Could not roll back', error),
    onSettled: () => setAsked(null),
  });
  return (
    <Stack gap="md">
      <Panel title="Revisions" flush>
        <PlainTable
          columns={[several && 'From', several && 'To', 'Revision', 'Change', 'By', 'When']}
          actions="Actions"
          region={{ label: 'Revisions', maxHeight: 340 }}
        >
          {revisions.map((revision) => (
            <tr key={revision.revision}>
              {several && (
                <td>
                  <Radio
                    size="xs"
                    name="from"
                    aria-label={`Compare from revision ${revision.revision}`}
                    checked={from === revision.revision}
                    onChange={() => setChosen({ from: revision.revision, to })}
                  />
                </td>
              )}
              {several && (
                <td>
                  <Radio
                    size="xs"
                    name="to"
                    aria-label={`Compare to revision ${revision.revision}`}
                    checked={to === revision.revision}
                    onChange={() => setChosen({ from, to: revision.revision })}
                  />
                </td>
              )}
              <td>
                <Group gap="xs" wrap="nowrap">
                  <strong className="numeric">{revision.revision}</strong>
                  <Marks instance={instance} revision={revision.revision} />
                </Group>
              </td>
              <td className="text">{revision.description || revision.changeType}</td>
              <td>{revision.author}</td>
              <td>
                <Time at={revision.createdAt} />
              </td>
              <td>
                {revision.revision !== newest && (
                  <Button size="compact-xs" variant="default" onClick={() => setAsked(revision.revision)}>
                    Roll back
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </PlainTable>
      </Panel>
      {several ? (
        <Panel title={`From revision ${from} to ${to}`} flush>
          <RevisionDiff instanceId={instance.id} from={from} to={to} />
        </Panel>
      ) : (
        <Text size="sm" c="dimmed">
          There is only one revision yet, and a difference needs two. The next change of the configuration makes
          another.
        </Text>
      )}
      <ConfirmModal
        opened={asked !== null}
        title={`Roll back to revision ${asked ?? ''}?`}
        confirm="Roll back"
        size="xl"
        busy={rollback.isPending}
        onConfirm={() => asked !== null && rollback.mutate(asked)}
        onClose={() => setAsked(null)}
      >
        <Text size="sm" mb="sm">
          The configuration of revision {asked} becomes the newest revision. The history stays. What changes:
        </Text>
        {asked !== null && (
          <div className="panel">
            <RevisionDiff instanceId={instance.id} from={newest} to={asked} />
          </div>
        )}
      </ConfirmModal>
    </Stack>
  );
}

function Marks({ instance, revision }: { instance: Instance; revision: number }) {
  return (
    <>
      {instance.appliedRevision === revision && <ToneBadge tone="ok">runs</ToneBadge>}
      {instance.held?.revision === revision && <ToneBadge tone="bad">held</ToneBadge>}
    </>
  );
}

function RevisionDiff({ instanceId, from, to }: { instanceId: string; from: number; to: number }) {
  const before = useQuery(revisionQuery(instanceId, from));
  const after = useQuery(revisionQuery(instanceId, to));
  if (from === to) {
    return (
      <Text size="sm" c="dimmed" p="md">
        Choose two revisions to compare.
      </Text>
    );
  }
  return (
    <QueryBoundary query={before}>
      {(old) => (
        <QueryBoundary query={after}>
          {(now) => (
            <YamlDiff before={toYaml(old)} after={toYaml(now)} label={`Difference from revision ${from} to ${to}`} />
          )}
        </QueryBoundary>
      )}
    </QueryBoundary>
  );
}
