import { Button, Group, MultiSelect, NativeSelect, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type ComponentForm, definitionOf, EMPTY_COMPONENT, librariesOf, type Section } from './addComponent';
import { idsOf } from './keys';
import { fieldsOf, REACTION_KINDS, SOURCE_KINDS } from './kinds';

interface Props {
  section: Section;
  yaml: string;
  onAdd: (definition: object, library: number | undefined) => void;
  onCancel: () => void;
}

const KINDS: Record<Section, string[]> = {
  sources: Object.keys(SOURCE_KINDS),
  queries: ['Cypher', 'GQL'],
  reactions: Object.keys(REACTION_KINDS),
};
// What the shorter fields of a form cannot tell by their names.
const EXAMPLES: Record<string, string> = {
  dataType: '{type: sensorReading, sensorCount: 5}',
  tables: '[public.orders]',
  password: '${DATABASE_PASSWORD}',
  routes: '{query: {added: {template: "..."}}}',
};
const BEGINNINGS: Record<Section, Partial<ComponentForm>> = {
  sources: { kind: 'mock', fields: { dataType: '{type: sensorReading, sensorCount: 5}', intervalMs: '1000' } },
  queries: { kind: 'Cypher' },
  reactions: { kind: 'log' },
};

export function ComponentFields({ section, yaml, onAdd, onCancel }: Props) {
  const [form, setForm] = useState<ComponentForm>({ ...EMPTY_COMPONENT, ...BEGINNINGS[section] });
  const set = (change: Partial<ComponentForm>): void => setForm({ ...form, ...change });
  const libraries = librariesOf(yaml);
  const [library, setLibrary] = useState(0);
  const isQuery = section === 'queries';
  const fields = isQuery ? [] : fieldsOf(section === 'sources' ? SOURCE_KINDS : REACTION_KINDS, form.kind);
  const needed = fields.filter(({ required }) => required);
  const others = fields.filter(({ required }) => !required);
  const inputs = idsOf(yaml, isQuery ? 'sources' : 'queries');
  const field = ({ name, required }: { name: string; required: boolean }) => (
    <TextInput
      key={name}
      label={name}
      required={required}
      placeholder={EXAMPLES[name]}
      value={form.fields[name] ?? ''}
      onChange={(event) => set({ fields: { ...form.fields, [name]: event.currentTarget.value } })}
    />
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation(); // it may be drawn inside another form
        onAdd(definitionOf(section, form), libraries.length > 0 ? library : undefined);
      }}
    >
      <Stack gap="sm">
        {libraries.length > 0 && (
          <NativeSelect
            label="Library"
            data={libraries.map((label, index) => ({ value: String(index), label }))}
            value={String(library)}
            onChange={(event) => setLibrary(Number(event.currentTarget.value))}
          />
        )}
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <NativeSelect
            label={isQuery ? 'Language' : 'Kind'}
            data={KINDS[section]}
            value={form.kind}
            onChange={(event) => set({ kind: event.currentTarget.value, fields: {} })}
          />
          <TextInput
            label="Id"
            required
            pattern="[A-Za-z0-9_.\-]+"
            data-autofocus
            value={form.id}
            onChange={(event) => set({ id: event.currentTarget.value })}
          />
        </SimpleGrid>
        {section !== 'sources' && (
          <MultiSelect
            label={isQuery ? 'Sources that it reads' : 'Queries that it reacts to'}
            placeholder={inputs.length === 0 ? `There are no ${isQuery ? 'sources' : 'queries'} yet` : undefined}
            data={inputs}
            searchable
            value={form.inputs}
            onChange={(chosen) => set({ inputs: chosen })}
          />
        )}
        {isQuery && (
          <Textarea
            label="Query"
            required
            autosize
            minRows={3}
            maxRows={12}
            spellCheck={false}
            classNames={{ input: 'mono' }}
            placeholder="MATCH (o:Order) WHERE o.total > 100 RETURN o.id AS order"
            value={form.text}
            onChange={(event) => set({ text: event.currentTarget.value })}
          />
        )}
        {needed.length > 0 && (
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            {needed.map(field)}
          </SimpleGrid>
        )}
        {others.length > 0 && (
          <details open={needed.length === 0}>
            <summary>More fields</summary>
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" mt="xs">
              {others.map(field)}
            </SimpleGrid>
          </details>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit">Add</Button>
        </Group>
      </Stack>
    </form>
  );
}
