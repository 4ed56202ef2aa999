import { createTheme, type CSSVariablesResolver } from '@mantine/core';

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif';
const MONOSPACE = 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", "Liberation Mono", monospace';

export const theme = createTheme({
  primaryColor: 'brand',
  primaryShade: { light: 6, dark: 6 },
  colors: {
    brand: [
      '#eef0ff',
      '#dfe2fd',
      '#bcc2f7',
      '#98a1f1',
      '#7983ec',
      '#656fe6',
      '#4b50d6',
      '#3f43bd',
      '#3538a0',
      '#2c2f80',
    ],
    dark: [
      '#d5d9e2',
      '#b9c0cd',
      '#a0a8b8',
      '#697286',
      '#3b4354',
      '#2c3342',
      '#222834',
      '#191d27',
      '#12151d',
      '#0d1017',
    ],
  },
  fontFamily: FONT,
  fontFamilyMonospace: MONOSPACE,
  headings: { fontFamily: FONT, fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Checkbox: { defaultProps: { radius: 'sm' } },
    CheckboxIndicator: { defaultProps: { radius: 'sm' } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
    Modal: { defaultProps: { centered: true, closeButtonProps: { 'aria-label': 'Close' } } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
  },
});

// Colours that must be readable on our surfaces (WCAG AA).
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#59616f',
    '--mantine-color-placeholder': '#6b7280',
    '--mantine-color-error': '#c22525',
    '--mantine-color-anchor': '#3f43bd',
    '--mantine-color-body': '#ffffff',
  },
  dark: {
    '--mantine-color-dimmed': '#a0a8b8',
    '--mantine-color-placeholder': '#8b94a6',
    '--mantine-color-error': '#ff8f8f',
    '--mantine-color-anchor': '#a9b1f7',
  },
});
