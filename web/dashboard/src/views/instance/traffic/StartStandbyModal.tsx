import { Modal, NativeSelect, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { revisionsQuery } from '../../../api/configuration';
import { platformsQuery } from '../../../api/operations';
import { startStandby, workloadsQuery } from '../../../api/workloads';
import type { Instance } from '../../../api/types';
import { SubmitForm } from '../../../components/SubmitForm';

interface Props {
  instance: Instance;
  opened: boolean;
  onClose: () => void;
}

export function StartStandbyModal({ instance, opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Start a standby">
      <StandbyForm instance={instance} onClose={onClose} />
    </Modal>
  );
}

function StandbyForm({ instance, onClose }: Omit<Props, 'opened'>) {
  const client = useQueryClient();
  const revisions = useQuery(revisionsQuery(instance.id));
  const platforms = useQuery(platformsQuery);
  const [revision, setRevision] = useState(String(instance.configurationRevision));
  const [platform, setPlatform] = useState(instance.platformType);
  const start = useMutation({
    mutationFn: () => startStandby(instance.id, { revision: Number(revision), platform }),
    onSuccess: (workloads) => {
      client.setQueryData(workloadsQuery(instance.id).queryKey, workloads);
      onClose();
    },
  });
  return (
    <SubmitForm save={start} submit="Start" back={{ label: 'Cancel', onClick: onClose }}>
      <Text size="sm">It gets no traffic until you give it a share.</Text>
      <NativeSelect
        label="Revision"
        data={(revisions.data ?? []).map((each) => ({
          value: String(each.revision),
          label: `${each.revision}: ${each.description || each.changeType}`,
        }))}
        value={revision}
        onChange={(event) => setRevision(event.currentTarget.value)}
      />
      <NativeSelect
        label="Platform"
        data={(platforms.data ?? []).filter((each) => each.available).map((each) => each.platformType)}
        value={platform}
        onChange={(event) => setPlatform(event.currentTarget.value)}
      />
    </SubmitForm>
  );
}
