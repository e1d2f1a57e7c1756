const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** PASCAL VOC, by label. */
export const VOC_CLASSES = words(`
  background aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person
  pottedplant sheep sofa train tvmonitor`);
