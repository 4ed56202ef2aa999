// Values of results: short where they show, whole where they are copied.

const DECIMALS = 4;

// "21.8053", "0.001235": as many digits as a table needs. What is whole stays as it is.
function shortNumber(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return String(Number(Math.abs(value) < 1 ? value.toPrecision(DECIMALS) : value.toFixed(DECIMALS)));
}

export function wholeValue(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}

export const shortValue = (value: unknown): string =>
  typeof value === 'number' ? shortNumber(value) : wholeValue(value);

// Puts whole values where the selection of a table has short ones, in rows and columns as spreadsheets take them.
export function copyWhole(event: React.ClipboardEvent<HTMLElement>): void {
  const selection = window.getSelection();
  if (!selection || selection.isCollapsed) return;
  const rows = [...event.currentTarget.querySelectorAll('tr')]
    .map((row) => [...row.cells].filter((cell) => selection.containsNode(cell, true)))
    .filter((cells) => cells.length > 0);
  const cells = rows.flat();
  const [first] = cells;
  // Part of one cell is what it is.
  if (!first || (cells.length === 1 && selection.toString().trim() !== first.innerText)) return;
  const text = rows.map((row) => row.map((cell) => cell.dataset['whole'] ?? cell.innerText).join('\t')).join('\n');
  event.clipboardData.setData('text/plain', text);
  event.preventDefault();
}
