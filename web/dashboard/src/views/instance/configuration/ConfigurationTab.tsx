import { Alert, Button, Group, Stack } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { saveYaml, type YamlDocument, yamlQuery } from '../../../api/configuration';
import { asProblem } from '../../../api/problem';
import type { Instance } from '../../../api/types';
import { Panel } from '../../../components/Panel';
import { ProblemAlert } from '../../../components/ProblemAlert';
import { QueryBoundary } from '../../../components/QueryBoundary';
import { useUnsavedGuard } from '../../../components/useUnsavedGuard';
import { AddComponent } from '../../../components/yaml/AddComponent';
import { FindingList } from '../../../components/yaml/FindingList';
import { isFaulty, useFindings } from '../../../components/yaml/useFindings';
import YamlEditor from '../../../components/yaml/YamlEditor';
import { ReviewModal } from './ReviewModal';

export default function ConfigurationTab({ instance }: { instance: Instance }) {
  const query = useQuery(yamlQuery(instance.id));
  return (
    <QueryBoundary query={query}>
      {(stored) => <Editor key={instance.id} instance={instance} stored={stored} />}
    </QueryBoundary>
  );
}

function Editor({ instance, stored }: { instance: Instance; stored: YamlDocument }) {
  const client = useQueryClient();
  // What the edit began with: somebody else may store another revision meanwhile.
  const [base, setBase] = useState(stored);
  const [text, setText] = useState(stored.text);
  const [reviewing, setReviewing] = useState(false);
  const edited = text !== base.text;
  const overtaken = edited && stored.text !== base.text;
  const found = useFindings(text, instance.id);
  const { guard } = useUnsavedGuard(edited, 'Your edit of the configuration');

  const startFrom = (document: YamlDocument): void => {
    setBase(document);
    setText(document.text);
  };
  useEffect(() => {
    if (!edited && stored !== base) startFrom(stored);
  }, [edited, stored, base]);

  const save = useMutation({
    mutationFn: () => saveYaml(instance.id, text, base.etag),
    onSuccess: async () => {
      startFrom(await client.query({ ...yamlQuery(instance.id), staleTime: 0 }));
      setReviewing(false);
    },
  });
  const conflict = save.error && asProblem(save.error).status === 412;

  return (
    <Stack gap="sm">
      {(overtaken || conflict) && (
        <Alert variant="default" className="caution" title="Somebody else stored a newer revision meanwhile">
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={() => startFrom(stored)}>
              Take theirs, drop mine
            </Button>
            <Button size="xs" variant="default" onClick={() => setBase(stored)}>
              Keep mine, compare with theirs
            </Button>
          </Group>
        </Alert>
      )}
      {save.error && !conflict && !reviewing && <ProblemAlert error={save.error} />}
      <Panel
        title="Configuration"
        flush
        actions={
          <Group gap="xs">
            <AddComponent yaml={text} onChange={setText} />
            <Button size="xs" variant="default" disabled={!edited} onClick={() => setText(base.text)}>
              Discard
            </Button>
            <Button size="xs" disabled={!edited || isFaulty(found)} onClick={() => setReviewing(true)}>
              Review and save
            </Button>
          </Group>
        }
      >
        <YamlEditor
          value={text}
          onChange={setText}
          findings={found.findings}
          label="Configuration"
          height="max(340px, calc(100dvh - 336px))"
        />
      </Panel>
      <FindingList {...found} />
      <ReviewModal
        opened={reviewing}
        before={base.text}
        after={text}
        running={instance.phase === 'Running'}
        busy={save.isPending}
        error={save.error}
        onSave={() => save.mutate()}
        onClose={() => {
          setReviewing(false);
          save.reset();
        }}
      />
      {guard}
    </Stack>
  );
}
