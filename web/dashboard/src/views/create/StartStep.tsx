import { Button, FileButton, SimpleGrid, Stack, Text } from '@mantine/core';
import { Icon } from '../../components/Icon';
import { notifyProblem } from '../../components/notify';
import classes from './StartStep.module.css';
import { TEMPLATES } from './templates';

// A file on the way in is as large as a request may be.
const LARGEST_FILE = 1 << 20;

export function StartStep({ onChoose }: { onChoose: (yaml: string, name: string) => void }) {
  const upload = async (file: File | null): Promise<void> => {
    if (!file) return;
    if (file.size > LARGEST_FILE) throw new Error('The file is larger than 1 MiB');
    onChoose(await file.text(), file.name.replace(/\.(ya?ml|json)$/i, ''));
  };
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {TEMPLATES.map((template) => (
          <button
            key={template.id}
            type="button"
            className={`panel ${classes.template}`}
            onClick={() => onChoose(template.yaml, template.id === 'empty' ? '' : template.name)}
          >
            <strong>{template.name}</strong>
            <span>{template.description}</span>
          </button>
        ))}
        <div className={`panel ${classes.upload}`}>
          <Text size="sm">Or take a configuration that you have, as drasi-server reads it.</Text>
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
        </div>
      </SimpleGrid>
    </Stack>
  );
}
