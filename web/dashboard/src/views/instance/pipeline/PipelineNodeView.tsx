import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { Icon } from '../../../components/Icon';
import { toneOfComponent, ToneBadge } from '../../../components/StatusBadge';
import type { Direction, PipelineNode } from './graph';
import classes from './Pipeline.module.css';

export const PipelineNodeView = memo(function PipelineNodeView({ data, selected }: NodeProps) {
  const { node, direction } = data as { node: PipelineNode; direction: Direction };
  const [from, to] = direction === 'right' ? [Position.Left, Position.Right] : [Position.Top, Position.Bottom];
  return (
    <div
      className={classes.node}
      title={[node.id, node.queryText?.trim(), node.error].filter(Boolean).join('\n\n')}
      data-kind={node.kind}
      data-selected={selected}
      data-failed={node.status === 'Error'}
    >
      {node.kind !== 'source' && <Handle type="target" position={from} isConnectable={false} />}
      <div className={classes.head}>
        <Icon name={node.kind} size={16} />
        <strong>{node.id}</strong>
      </div>
      <div className={classes.foot}>
        <span>{node.title}</span>
        <ToneBadge tone={toneOfComponent(node.status ?? '')}>{node.status ?? 'Not running'}</ToneBadge>
      </div>
      {node.error && <div className={classes.error}>{node.error}</div>}
      {node.kind !== 'reaction' && <Handle type="source" position={to} isConnectable={false} />}
    </div>
  );
});
