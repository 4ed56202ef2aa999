import '@xyflow/react/dist/style.css';
import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Background, Controls, type Edge, type Node, ReactFlow, type ReactFlowInstance } from '@xyflow/react';
import { useEffect, useMemo, useState } from 'react';
import { configurationQuery } from '../../../api/configuration';
import type { Component, Configuration, Instance } from '../../../api/types';
import { EmptyState } from '../../../components/EmptyState';
import { Panel } from '../../../components/Panel';
import { QueryBoundary } from '../../../components/QueryBoundary';
import { useRuntime } from '../useRuntime';
import { ComponentDetails } from './ComponentDetails';
import { pipelineOf } from './graph';
import { LibraryTitleView } from './LibraryTitleView';
import { PipelineNodeView } from './PipelineNodeView';
import classes from './Pipeline.module.css';

// The buttons have the room below the pipeline.
const FIT = { padding: { top: '22px', x: '22px', bottom: '50px' }, maxZoom: 1 } as const;
const MARGIN = 22 + 50;
const NARROW = 520;
const nodeTypes = { component: PipelineNodeView, library: LibraryTitleView };

export default function PipelineTab({ instance }: { instance: Instance }) {
  const configuration = useQuery(configurationQuery(instance.id));
  const { query: runtime } = useRuntime(instance.id);
  const components = runtime.data?.components;
  return (
    <QueryBoundary query={configuration}>
      {(wanted) => <Graph instance={instance} configuration={wanted} components={components ?? []} />}
    </QueryBoundary>
  );
}

interface Props {
  instance: Instance;
  configuration: Configuration;
  components: Component[];
}

function Graph({ instance, configuration, components }: Props) {
  const scheme = useComputedColorScheme('light');
  const { ref, width, height: room } = useElementSize();
  const direction = width > 0 && width < NARROW ? 'down' : 'right';
  const pipeline = useMemo(
    () => pipelineOf(configuration, components, direction),
    [configuration, components, direction],
  );
  const { nodes, edges, titles } = pipeline;
  const [chosen, setChosen] = useState<string | null>(null);
  const selected = nodes.find((node) => node.key === chosen) ?? nodes.find((node) => node.kind === 'query');
  const flowNodes = useMemo(
    () => [
      ...titles.map(({ id, y }): Node => ({
        id: `library:${id}`,
        type: 'library',
        position: { x: 0, y },
        data: { id },
        selectable: false,
        focusable: false,
      })),
      ...nodes.map((node): Node => ({
        id: node.key,
        type: 'component',
        position: { x: node.x, y: node.y },
        data: { node, direction },
        selected: node.key === selected?.key,
        ariaLabel: `${node.kind} ${node.id}, ${node.status ?? 'not running'}`,
      })),
    ],
    [nodes, titles, selected?.key, direction],
  );
  const flowEdges = useMemo(
    () =>
      edges.map(({ from, to, flows }): Edge => ({
        id: `${from}-${to}`,
        source: from,
        target: to,
        animated: flows,
        focusable: false,
      })),
    [edges],
  );
  // As tall as what it shows, within what the window has; fitted again when either changes.
  const [flow, setFlow] = useState<ReactFlowInstance | null>(null);
  const height = Math.round(pipeline.height * Math.min(1, (width || pipeline.width) / pipeline.width)) + MARGIN;
  const shape = nodes.map(({ key }) => key).join();
  useEffect(() => {
    // The graph measures its room by itself, in the same frame.
    const timer = setTimeout(() => void flow?.fitView(FIT), 0);
    return () => clearTimeout(timer);
  }, [flow, width, room, direction, shape]);
  if (nodes.length === 0) {
    return (
      <EmptyState icon="query" title="Nothing to show yet">
        The configuration has no sources, queries or reactions.
      </EmptyState>
    );
  }
  return (
    <div className={classes.layout}>
      <div
        ref={ref}
        className={`panel ${classes.graph}`}
        style={{ '--content': `${height}px` } as React.CSSProperties}
        role="region"
        aria-label="Pipeline"
      >
        <ReactFlow
          nodes={flowNodes}
          edges={flowEdges}
          nodeTypes={nodeTypes}
          colorMode={scheme}
          fitView
          fitViewOptions={FIT}
          onInit={(instance) => setFlow(instance)}
          minZoom={0.2}
          nodesDraggable={false}
          nodesConnectable={false}
          deleteKeyCode={null}
          onNodeClick={(_, node) => setChosen(node.id)}
          onSelectionChange={({ nodes: [first] }) => first && setChosen(first.id)}
        >
          <Background gap={22} />
          <Controls showInteractive={false} orientation="horizontal" style={{ margin: 10 }} />
        </ReactFlow>
      </div>
      {selected && (
        <Panel title={`${selected.kind} ${selected.id}`}>
          <ComponentDetails instance={instance} node={selected} />
        </Panel>
      )}
    </div>
  );
}
