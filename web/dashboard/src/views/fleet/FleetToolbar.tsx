import { Button, Checkbox, Group, Menu, TextInput } from '@mantine/core';
import { setPreferences, usePreferences } from '../../app/preferences';
import { Icon } from '../../components/Icon';
import { columns } from './columns';
import { type FleetFilter, isFiltered } from './filter';
import { parseSelector } from './selector';

interface Props {
  filter: FleetFilter;
  onFilter: (filter: FleetFilter) => void;
}

export function FleetToolbar({ filter, onFilter }: Props) {
  const badSelector = parseSelector(filter.labels) === null;
  return (
    <Group gap="xs" align="flex-start">
      <TextInput
        type="search"
        aria-label="Search"
        placeholder="Search by name, id or label"
        leftSection={<Icon name="search" size={16} />}
        value={filter.search}
        onChange={(event) => onFilter({ ...filter, search: event.currentTarget.value })}
        style={{ flex: '2 1 220px' }}
      />
      <TextInput
        aria-label="Label selector"
        placeholder="Labels: env=prod,tier in (web,api)"
        value={filter.labels}
        onChange={(event) => onFilter({ ...filter, labels: event.currentTarget.value })}
        error={badSelector && 'Not a selector yet: key=value, key in (a,b), key, !key'}
        style={{ flex: '2 1 220px' }}
      />
      {isFiltered(filter) && (
        <Button variant="default" onClick={() => onFilter({ search: '', status: [], platform: '', labels: '' })}>
          Clear filters
        </Button>
      )}
      <ColumnMenu />
    </Group>
  );
}

function ColumnMenu() {
  const { hiddenColumns } = usePreferences();
  const toggle = (id: string, shows: boolean): void =>
    setPreferences({ hiddenColumns: shows ? hiddenColumns.filter((each) => each !== id) : [...hiddenColumns, id] });
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<Icon name="columns" size={16} />}>
          Columns
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {columns
          .filter((column) => column.enableHiding !== false)
          .map((column) => {
            const id = column.id ?? ('accessorKey' in column ? String(column.accessorKey) : '');
            const shows = !hiddenColumns.includes(id);
            return (
              <Menu.Item
                key={id}
                renderRoot={(item) => <button {...item} role="menuitemcheckbox" aria-checked={shows} />}
                leftSection={<Checkbox.Indicator size="xs" checked={shows} />}
                onClick={() => toggle(id, !shows)}
              >
                {String(column.header)}
              </Menu.Item>
            );
          })}
      </Menu.Dropdown>
    </Menu>
  );
}
