import { Button, Stack, Text } from '@mantine/core';
import type { RowSelectionState, SortingState } from '@tanstack/react-table';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { Link, useSearchParams } from 'react-router-dom';
import { useInstances } from '../../api/instances';
import { platformsQuery } from '../../api/operations';
import type { Instance } from '../../api/types';
import { EmptyState } from '../../components/EmptyState';
import { Icon } from '../../components/Icon';
import { PageHeader } from '../../components/PageHeader';
import { QueryBoundary } from '../../components/QueryBoundary';
import { counted } from '../../components/words';
import { BulkBar } from './BulkBar';
import { BulkFailures } from './BulkFailures';
import { filterInstances, type FleetFilter, isFiltered, readFilter, writeFilter } from './filter';
import { FleetTable } from './FleetTable';
import { FleetToolbar } from './FleetToolbar';
import { Overview } from './Overview';
import { sortInstances } from './sort';
import { useBulk } from './useBulk';

export default function FleetView() {
  const instances = useInstances();
  return (
    <>
      <PageHeader
        title="Fleet"
        description="Every Drasi server that this control plane runs"
        actions={
          <Button component={Link} to="/new" leftSection={<Icon name="plus" />}>
            New instance
          </Button>
        }
      />
      <QueryBoundary query={instances} title="The fleet cannot be shown">
        {(all) => (all.length === 0 ? <FirstInstance /> : <Fleet instances={all} />)}
      </QueryBoundary>
    </>
  );
}

function FirstInstance() {
  const { data: platforms } = useQuery(platformsQuery);
  const missing = platforms?.some((platform) => platform.available) ? undefined : platforms;
  return (
    <EmptyState
      icon="fleet"
      title="No instance yet"
      action={
        <Button component={Link} to="/new?template=hello-world" mt="sm" leftSection={<Icon name="plus" />}>
          Create the first instance
        </Button>
      }
    >
      An instance is a Drasi server: sources, continuous queries over them, and reactions to what changes in their
      results. The first one runs in less than a minute, with readings of a simulated sensor.
      {missing && (
        <Text size="sm" mt="sm" role="alert" style={{ color: 'var(--warn)' }}>
          None can start yet: {missing.find((platform) => platform.isDefault)?.reason}
        </Text>
      )}
    </EmptyState>
  );
}

function Fleet({ instances }: { instances: Instance[] }) {
  const [parameters, setParameters] = useSearchParams();
  const filter = useMemo(() => readFilter(parameters), [parameters]);
  const setFilter = useCallback(
    (next: FleetFilter) => setParameters((current) => writeFilter(current, next), { replace: true }),
    [setParameters],
  );
  const [column = 'name', direction] = (parameters.get('sort') ?? 'name').split(':');
  const sorting = useMemo<SortingState>(() => [{ id: column, desc: direction === 'desc' }], [column, direction]);
  const setSorting = ([first]: SortingState): void =>
    setParameters(
      (current) => {
        current.set('sort', first ? `${first.id}${first.desc ? ':desc' : ''}` : 'name');
        return current;
      },
      { replace: true },
    );
  const [selection, setSelection] = useState<RowSelectionState>({});
  const select = useCallback(
    (ids: readonly string[]) => setSelection(Object.fromEntries(ids.map((id) => [id, true]))),
    [],
  );
  const bulk = useBulk(select);
  // Typing comes first; the table follows when there is time.
  const deferred = useDeferredValue(filter);
  const sorted = useMemo(() => sortInstances(instances, column, direction === 'desc'), [instances, column, direction]);
  const shown = useMemo(() => filterInstances(sorted, deferred), [sorted, deferred]);
  const selected = useMemo(() => {
    if (Object.keys(selection).length === 0) return { ids: [], shown: [] };
    const ids = instances.filter(({ id }) => selection[id]).map(({ id }) => id);
    return { ids, shown: shown.filter(({ id }) => selection[id]).map(({ id }) => id) };
  }, [instances, shown, selection]);

  return (
    <Stack gap="sm">
      <Overview instances={instances} filter={filter} onFilter={setFilter} />
      <FleetToolbar filter={filter} onFilter={setFilter} />
      {selected.ids.length > 0 || bulk.progress ? (
        <BulkBar bulk={bulk} ids={selected.ids} shown={selected.shown} onSelect={select} />
      ) : (
        <Text size="sm" c="dimmed" role="status" h={30} pt={4}>
          {isFiltered(filter) && `${shown.length} of `}
          {counted(instances.length, 'instance')}
        </Text>
      )}
      {bulk.failed && <BulkFailures failed={bulk.failed} onClose={bulk.forget} />}
      <FleetTable
        instances={shown}
        sorting={sorting}
        onSorting={setSorting}
        selection={selection}
        onSelection={setSelection}
      />
    </Stack>
  );
}
