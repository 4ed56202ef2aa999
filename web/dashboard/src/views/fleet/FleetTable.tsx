import { Checkbox } from '@mantine/core';
import {
  flexRender,
  getCoreRowModel,
  type Header,
  type Row,
  type RowSelectionState,
  type SortingState,
  useReactTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useRef } from 'react';
import { useNavigate } from 'react-router-dom';
import { instancePath } from '../../app/paths';
import { usePreferences } from '../../app/preferences';
import type { Instance } from '../../api/types';
import { columns } from './columns';
import classes from './FleetTable.module.css';

const CHECKBOX_WIDTH = 44;

interface Props {
  instances: Instance[];
  sorting: SortingState;
  onSorting: (sorting: SortingState) => void;
  selection: RowSelectionState;
  onSelection: (selection: RowSelectionState) => void;
}

export function FleetTable({ instances, sorting, onSorting, selection, onSelection }: Props) {
  const { density, hiddenColumns } = usePreferences();
  const table = useReactTable({
    data: instances,
    columns,
    getRowId: (instance) => instance.id,
    state: {
      sorting,
      rowSelection: selection,
      columnVisibility: Object.fromEntries(hiddenColumns.map((id) => [id, false])),
    },
    onSortingChange: (update) => onSorting(typeof update === 'function' ? update(sorting) : update),
    onRowSelectionChange: (update) => onSelection(typeof update === 'function' ? update(selection) : update),
    getCoreRowModel: getCoreRowModel(),
    manualSorting: true,
    enableSortingRemoval: false,
  });
  const rows = table.getRowModel().rows;
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = density === 'compact' ? 36 : 48;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const leaves = table.getVisibleLeafColumns();
  const template = `${CHECKBOX_WIDTH}px ${leaves.map((leaf) => `minmax(${leaf.getSize()}px, ${leaf.getSize()}fr)`).join(' ')}`;
  const minWidth = leaves.reduce((sum, leaf) => sum + leaf.getSize(), CHECKBOX_WIDTH);
  const selectedCount = rows.reduce((count, row) => count + (selection[row.id] ? 1 : 0), 0);
  const visible = leaves.map((leaf) => leaf.id).join();

  return (
    <div
      ref={scroller}
      className={`panel ${classes.scroller}`}
      data-testid="fleet-scroller"
      tabIndex={0}
      role="region"
      aria-label="Instances, scrolls"
    >
      <div role="table" aria-label="Instances" aria-rowcount={rows.length + 1} style={{ minWidth }}>
        <div role="rowgroup" className={classes.head}>
          <div role="row" aria-rowindex={1} className={classes.row} style={{ gridTemplateColumns: template }}>
            <div role="columnheader" className={classes.cell}>
              <Checkbox
                size="xs"
                aria-label="Select all that show"
                checked={selectedCount > 0 && selectedCount === rows.length}
                indeterminate={selectedCount > 0 && selectedCount < rows.length}
                onChange={(event) => table.toggleAllRowsSelected(event.currentTarget.checked)}
              />
            </div>
            {table.getFlatHeaders().map((header) => (
              <HeaderCell key={header.id} header={header} sorting={sorting} />
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <FleetRow
                key={row.id}
                row={row}
                instance={row.original}
                index={item.index}
                top={item.start}
                height={rowHeight}
                template={template}
                visible={visible}
                selected={row.getIsSelected()}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function HeaderCell({ header, sorting }: { header: Header<Instance, unknown>; sorting: SortingState }) {
  const sorted = sorting.find((sort) => sort.id === header.column.id);
  const direction = sorted && (sorted.desc ? 'descending' : 'ascending');
  const label = flexRender(header.column.columnDef.header, header.getContext());
  return (
    <div role="columnheader" className={classes.cell} aria-sort={direction ?? 'none'}>
      {header.column.getCanSort() ? (
        <button type="button" className={classes.sort} onClick={header.column.getToggleSortingHandler()}>
          {label}
          <span aria-hidden="true">{direction === 'descending' ? '↓' : direction ? '↑' : ''}</span>
        </button>
      ) : (
        label
      )}
    </div>
  );
}

interface RowProps {
  row: Row<Instance>;
  instance: Instance; // with `visible` and `selected`: what a row has to be drawn again for
  index: number;
  top: number;
  height: number;
  template: string;
  visible: string;
  selected: boolean;
}

const sameRow = (a: RowProps, b: RowProps): boolean =>
  a.instance === b.instance &&
  a.index === b.index &&
  a.top === b.top &&
  a.height === b.height &&
  a.template === b.template &&
  a.visible === b.visible &&
  a.selected === b.selected;

const FleetRow = memo(function FleetRow({ row, index, top, height, template, selected }: RowProps) {
  const navigate = useNavigate();
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={`${classes.row} ${classes.body}`}
      style={{ gridTemplateColumns: template, height, transform: `translateY(${top}px)` }}
      onClick={() => navigate(instancePath(row.id))}
    >
      <div role="cell" className={classes.cell} onClick={(event) => event.stopPropagation()}>
        <Checkbox
          size="xs"
          aria-label={`Select ${row.original.name}`}
          checked={selected}
          onChange={(event) => row.toggleSelected(event.currentTarget.checked)}
        />
      </div>
      {row.getVisibleCells().map((cell) => (
        <div role="cell" key={cell.id} className={classes.cell}>
          {flexRender(cell.column.columnDef.cell, cell.getContext())}
        </div>
      ))}
    </div>
  );
}, sameRow);
