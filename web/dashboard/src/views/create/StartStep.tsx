import { Button, FileButton, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '../../components/Icon';
import { notifyProblem } from '../../components/notify';
import classes from './StartStep.module.css';
import { TEMPLATES } from './templates';
import { type Beginning, readUpload } from './upload';

// A file on the way in is as large as a request may be.
const LARGEST_FILE = 1 << 20;

export function StartStep({ onChoose }: { onChoose: (beginning: Beginning) => void }) {
  const [several, setSeveral] = useState<Beginning[]>([]);
  const upload = async (file: File | null): Promise<void> => {
    setSeveral([]);
    if (!file) return;
    if (file.size > LARGEST_FILE) throw new Error('The file is larger than 1 MiB');
    const found = readUpload(await file.text(), file.name);
    if (found.length > 1) setSeveral(found);
    else found.forEach(onChoose);
  };
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {TEMPLATES.map((template) => (
          <button
            key={template.id}
            type="button"
            className={`panel ${classes.template}`}
            onClick={() =>
              onChoose({
                form: template.id === 'empty' ? {} : { name: template.name },
                yaml: template.yaml,
              })
            }
          >
            <strong>{template.name}</strong>
            <span>{template.description}</span>
          </button>
        ))}
        <div className={`panel ${classes.upload}`}>
          <Text size="sm">
            Or take a file that you have: a configuration as drasi-server reads it, or what <code>draas export</code>{' '}
            wrote.
          </Text>
          <FileButton
            accept=".yaml,.yml,.json"
            onChange={(file) =>
              void upload(file).catch((error: unknown) => notifyProblem('Could not read the file', error))
            }
          >
            {(props) => (
              <Button {...props} variant="default" leftSection={<Icon name="upload" size={15} />}>
                Upload YAML
              </Button>
            )}
          </FileButton>
          {several.length > 0 && (
            <Stack gap="xs" role="group" aria-label="Instances in the file">
              <Text size="sm">The file holds {several.length} instances. Which one?</Text>
              <Group gap="xs">
                {several.map((each, index) => (
                  <Button key={index} size="compact-sm" variant="default" onClick={() => onChoose(each)}>
                    {each.form.name}
                  </Button>
                ))}
              </Group>
            </Stack>
          )}
        </div>
      </SimpleGrid>
    </Stack>
  );
}
