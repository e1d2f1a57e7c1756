const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** PASCAL VOC, by label. */
export const VOC_CLASSES = words(`
  background aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person
  pottedplant sheep sofa train tvmonitor`);

/** NYUDv2 with 40 classes (Gupta et al. 2013), by label less 1. */
export const NYUD_CLASSES = words(`
  wall floor cabinet bed chair sofa table door window bookshelf picture counter blinds desk shelves curtain
  dresser pillow mirror floor-mat clothes ceiling books refridgerator television paper towel shower-curtain box
  whiteboard person night-stand toilet sink lamp bathtub bag otherstructure otherfurniture otherprop`);

/** SIFT Flow's semantic and geometric classes, by label less 1. */
export const SIFTFLOW_CLASSES = words(`
  awning balcony bird boat bridge building bus car cow crosswalk desert door fence field grass moon mountain
  person plant pole river road rock sand sea sidewalk sign sky staircase streetlight sun tree window`);
export const GEOMETRIC_CLASSES = words('sky horizontal vertical');

/** PASCAL-Context's 59 classes in the order of the nets' outputs 1 to 59, each with its label among 459. */
export const CONTEXT_LABELS: ReadonlyMap<string, number> = new Map(
  words(`
    aeroplane=2 bicycle=23 bird=25 boat=31 bottle=34 bus=45 car=59 cat=65 chair=72 cow=98 table=397 dog=113
    horse=207 motorbike=258 person=284 pottedplant=308 sheep=347 sofa=368 train=416 tvmonitor=427 bag=9 bed=18
    bench=22 book=33 building=44 cabinet=46 ceiling=68 cloth=80 computer=85 cup=104 door=115 fence=144 floor=158
    flower=159 food=162 grass=187 ground=189 keyboard=220 light=232 mountain=259 mouse=260 curtain=105
    platform=296 sign=355 plate=295 road=324 rock=326 shelves=349 sidewalk=354 sky=360 snow=366 bedclothes=19
    track=415 tree=420 truck=424 wall=440 water=445 window=454 wood=458`).map((entry) => {
    const [name, label] = entry.split('=');
    return [name!, Number(label)];
  }),
);
