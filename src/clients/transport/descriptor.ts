export { descriptorOf } from '../../system/descriptor.ts';
