import { Button, Menu, Modal } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '../Icon';
import { notifyProblem } from '../notify';
import { ComponentFields } from './ComponentFields';
import { type Section, withComponent } from './addComponent';

interface Props {
  yaml: string;
  onChange: (yaml: string) => void;
}

const SECTIONS: { section: Section; name: 'source' | 'query' | 'reaction' }[] = [
  { section: 'sources', name: 'source' },
  { section: 'queries', name: 'query' },
  { section: 'reactions', name: 'reaction' },
];

// Adds a source, a query or a reaction by a form, for those who write no YAML.
export function AddComponent({ yaml, onChange }: Props) {
  const [asked, setAsked] = useState<Section | null>(null);
  const close = (): void => setAsked(null);
  const add = (definition: object, library: number | undefined): void => {
    if (!asked) return;
    try {
      onChange(withComponent(yaml, asked, definition, library));
      close();
    } catch (error) {
      notifyProblem('The configuration cannot be read', error);
    }
  };
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="xs" variant="default" leftSection={<Icon name="plus" size={14} />}>
            Add
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {SECTIONS.map(({ section, name }) => (
            <Menu.Item key={section} leftSection={<Icon name={name} size={15} />} onClick={() => setAsked(section)}>
              Add a {name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={asked !== null}
        onClose={close}
        title={`Add a ${SECTIONS.find(({ section }) => section === asked)?.name ?? ''}`}
        size="lg"
      >
        {asked && <ComponentFields key={asked} section={asked} yaml={yaml} onAdd={add} onCancel={close} />}
      </Modal>
    </>
  );
}
