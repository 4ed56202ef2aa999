import { autocompletion } from '@codemirror/autocomplete';
import { indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { keymap } from '@codemirror/view';
import { basicSetup, EditorView } from 'codemirror';
import { useEffect, useRef } from 'react';
import { completeConfiguration } from './complete';
import { editorTheme } from './editorTheme';
import type { LocatedFinding } from './locate';

interface Props {
  value: string;
  onChange: (text: string) => void;
  findings: readonly LocatedFinding[];
  label: string;
  height?: string;
}

// `Escape`, then `Tab` leaves the editor with the keyboard.
export default function YamlEditor({ value, onChange, findings, label, height = '480px' }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const changed = useRef(onChange);
  changed.current = onChange;
  const initial = useRef(value);

  useEffect(() => {
    if (!host.current) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: initial.current,
        extensions: [
          basicSetup,
          yaml(),
          lintGutter(),
          autocompletion({ override: [completeConfiguration] }),
          keymap.of([indentWithTab]),
          EditorState.tabSize.of(2),
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed.current(update.state.doc.toString());
          }),
          editorTheme,
        ],
      }),
    });
    editor.scrollDOM.tabIndex = 0;
    view.current = editor;
    return () => editor.destroy();
  }, [label]);

  useEffect(() => {
    initial.current = value;
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const length = editor.state.doc.length;
    const diagnostics = findings.map(({ place, severity, message, path }): Diagnostic => {
      const from = Math.min(place.from, length);
      return { from, to: Math.max(from, Math.min(place.to, length)), severity, message, source: path };
    });
    editor.dispatch(setDiagnostics(editor.state, diagnostics));
  }, [findings]);

  return <div ref={host} style={{ height, overflow: 'auto' }} className="yaml-editor" />;
}
